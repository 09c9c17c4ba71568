-- Approves a redeem request: by cash, a desk may pay it then; by bank, it is posted and waits for the bank's file.
-- permission: redeem:decide
create function api.redeem_approve(p_key uuid, p_request_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  content jsonb;
  seen jsonb;
  params text;
begin
  who := require('redeem:decide');
  content := jsonb_build_object('request', p_request_id);
  perform from redeem_request r where r.id = p_request_id for no key update;
  seen := key_seen(who, p_key, 'redeem.approve', content);
  if seen is not null then
    return seen;
  end if;
  return key_keep(who, p_key, 'redeem.approve', content, redeem_approved(who, clock_timestamp(), p_request_id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'redeem.approve', jsonb_build_object('request', p_request_id));
end $$;
