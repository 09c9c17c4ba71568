-- The own account of this number, locked, whether it is on or off: what is done with one account is done one after another.
create function rule.bank_account_of(p_account_id smallint)
returns bank_account language plpgsql
as $$
declare
  found_one bank_account;
begin
  select * into found_one from bank_account where id = p_account_id for no key update;
  if not found then
    perform refuse('BO022', 'bank.account_not_found', jsonb_build_object('iban', coalesce(p_account_id::text, '-')));
  end if;
  return found_one;
end $$;
