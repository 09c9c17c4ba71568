-- Switches a bank account of the company's own off or on. Off, it takes no new file of payments; its statements still come
-- in. So it may go off at any moment, also while payments of it are at the bank: an account that is misused cannot wait
-- for a statement, and what was sent settles by it all the same. Answers how many payments wait so.
-- permission: bank:account
create function api.bank_account_switch(p_key uuid, p_id smallint, p_active boolean)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  was bank_account;
  seen jsonb;
  content jsonb;
  waiting bigint;
  params text;
begin
  who := require('bank:account');
  content := jsonb_build_object('account', p_id, 'active', p_active);
  was := bank_account_of(p_id);
  seen := key_seen(who, p_key, 'bank.account_switch', content);
  if seen is not null then
    return seen;
  end if;
  if p_active is null or was.active = p_active then
    perform refuse('BO021', case when was.active then 'bank.account_on' else 'bank.account_is_off' end);
  end if;
  perform require_step_up(who);
  update bank_account set active = p_active where id = was.id;
  waiting := bank_account_waiting(was.id);
  perform log_write('system', who, 'bank.account_switch', 'bank_account', was.id::text,
                    jsonb_build_object('active', was.active),
                    jsonb_build_object('iban', was.iban, 'active', p_active, 'at_the_bank', waiting));
  return key_keep(who, p_key, 'bank.account_switch', content,
                  jsonb_build_object('account_id', was.id, 'waiting', waiting));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'bank.account_switch', jsonb_build_object('account', p_id));
end $$;
