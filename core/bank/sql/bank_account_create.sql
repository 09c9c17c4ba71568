-- Adds a bank account of the company's own. Its IBAN and currency never change afterwards. From it clients are paid, so
-- it takes a fresh second factor.
-- permission: bank:account
create function api.bank_account_create(
  p_key uuid, p_iban text, p_bic text, p_name text, p_issuer text, p_tolerance bigint)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  made smallint;
  params text;
begin
  who := require('bank:account');
  content := jsonb_build_object('iban', p_iban, 'bic', p_bic, 'name', p_name, 'issuer', p_issuer, 'tolerance', p_tolerance);
  seen := key_seen(who, p_key, 'bank.account_add', content);
  if seen is not null then
    return seen;
  end if;
  -- A code is asked for what will be done, not for a slip of the finger.
  perform bank_account_new(p_iban, p_bic, p_name, p_issuer, p_tolerance);
  perform require_step_up(who);
  made := bank_account_add(who, clock_timestamp(), p_iban, p_bic, p_name, p_issuer, p_tolerance);
  return key_keep(who, p_key, 'bank.account_add', content, jsonb_build_object('account_id', made));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'bank.account_add', jsonb_build_object('iban', left(p_iban, 60)));
end $$;
