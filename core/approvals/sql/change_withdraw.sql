-- Takes back an own request that nobody has decided yet.
-- permission: change:make
create function api.change_withdraw(p_key uuid, p_request_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  r change_request;
  at constant timestamptz := clock_timestamp();
  params text;
begin
  who := require('change:make');
  content := jsonb_build_object('request', p_request_id);
  r := change_mine(who, p_request_id, null);
  seen := key_seen(who, p_key, 'change.withdraw', content);
  if seen is not null then
    return seen;
  end if;
  if r.state not in ('draft', 'submitted') then
    perform refuse('BO021', 'change.wrong_state', jsonb_build_object('request_state', r.state));
  end if;
  update change_request set state = 'withdrawn' where id = r.id;
  perform unblock_follow(r, 'withdrawn', who.staff_id);
  insert into change_event (request_id, at, staff_id, what) values (r.id, at, who.staff_id, 'withdrawn');
  perform log_write('request:' || r.id, who, 'change.withdraw', 'change_request', r.id::text,
                    jsonb_build_object('state', r.state), jsonb_build_object('state', 'withdrawn'));
  return key_keep(who, p_key, 'change.withdraw', content, jsonb_build_object('request_id', r.id, 'state', 'withdrawn'));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'change.withdraw', jsonb_build_object('request', p_request_id));
end $$;
