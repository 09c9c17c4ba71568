-- Does what time has made due, a part at a time: cashback is paid, holds that nobody captured go back, redeem requests,
-- applications and blocks expire. Called again until nothing is left. Needs no key: what was done is not due any more.
-- permission: intake:take
create function api.due_run()
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('intake:take');
  return jsonb_build_object(
    'cashback', cashback_pay(who, clock_timestamp(), 1000), 'holds', holds_due(who, clock_timestamp(), 200),
    'redeems', redeem_due(who, clock_timestamp()), 'anti_fraud', anti_fraud_due(who, clock_timestamp(), 200));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'due.run', '{}');
end $$;
