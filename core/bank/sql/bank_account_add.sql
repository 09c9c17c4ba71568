-- Adds a bank account of the company's own: p_name is its holder as the bank writes it, p_tolerance in minor units.
create function rule.bank_account_add(
  p_who actor, p_at timestamptz, p_iban text, p_bic text, p_name text, p_issuer text, p_tolerance bigint default 0)
returns smallint language plpgsql
as $$
declare
  i constant issuer := bank_account_new(p_iban, p_bic, p_name, p_issuer, p_tolerance);
  made bank_account;
begin
  insert into bank_account (iban, bic, name, issuer_id, tolerance)
    values (bank_code_kept(p_iban), bank_code_kept(p_bic), name_kept(p_name), i.id, p_tolerance)
    on conflict (iban) do nothing
    returning * into made;
  -- Another transaction, which the look before could not see yet, was first.
  if not found then
    perform refuse('BO030', 'bank.account_taken', jsonb_build_object('iban', bank_code_kept(p_iban)));
  end if;
  perform log_write('system', p_who, 'bank.account_add', 'bank_account', made.id::text, null,
                    bank_account_facts(made), false, p_at);
  return made.id;
end $$;
