-- Changes what may change of a bank account of the company's own: holder, BIC, tolerance. Lines that wait to be decided
-- stay as they are.
-- permission: bank:account
create function api.bank_account_change(
  p_key uuid, p_id smallint, p_name text, p_bic text, p_tolerance bigint)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  was bank_account;
  is_now bank_account;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('bank:account');
  content := jsonb_build_object('account', p_id, 'name', p_name, 'bic', p_bic, 'tolerance', p_tolerance);
  was := bank_account_of(p_id);
  seen := key_seen(who, p_key, 'bank.account_change', content);
  if seen is not null then
    return seen;
  end if;
  perform bank_account_checked(bank_code_kept(p_bic), p_name,
                               (select i.code from issuer i where i.id = was.issuer_id), p_tolerance);
  perform require_step_up(who);
  update bank_account set name = name_kept(p_name), bic = bank_code_kept(p_bic), tolerance = p_tolerance
   where id = was.id
   returning * into is_now;
  perform log_write('system', who, 'bank.account_change', 'bank_account', was.id::text,
                    bank_account_facts(was), bank_account_facts(is_now));
  return key_keep(who, p_key, 'bank.account_change', content, jsonb_build_object('account_id', was.id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'bank.account_change', jsonb_build_object('account', p_id));
end $$;
