-- Refuses an own account that is switched off: nothing new is paid from it.
create function rule.bank_account_pays(p_account bank_account)
returns void language plpgsql
as $$
begin
  if not p_account.active then
    perform refuse('BO026', 'bank.account_off', jsonb_build_object('iban', p_account.iban));
  end if;
end $$;
