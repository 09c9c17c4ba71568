-- The own account of this IBAN, locked: what is done with one account is done one after another. One that is off is
-- found too: what was sent from it comes back in its statements.
create function rule.bank_account_named(p_iban text)
returns bank_account language plpgsql
as $$
declare
  found_one bank_account;
begin
  select * into found_one from bank_account where iban = bank_code_kept(p_iban) for no key update;
  if not found then
    perform refuse('BO022', 'bank.account_not_found', jsonb_build_object('iban', coalesce(left(p_iban, 40), '-')));
  end if;
  return found_one;
end $$;
