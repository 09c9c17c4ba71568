-- Rejects a taken application: what was set aside goes back to the client. What is blocked stays set aside until it is
-- unblocked.
-- permission: application:decide_escalated
create function api.application_reject(p_key uuid, p_application_id bigint, p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  a application;
  seen jsonb;
  content jsonb;
  at constant timestamptz := clock_timestamp();
  params text;
begin
  who := require('application:decide_escalated');
  content := jsonb_build_object('application', p_application_id, 'reason', p_reason);
  perform from application where id = p_application_id for no key update;
  seen := key_seen(who, p_key, 'application.reject', content);
  if seen is not null then
    return seen;
  end if;
  a := application_mine(who, p_application_id, at);
  perform why_check(p_reason);
  perform application_lock(a);
  if operation_blocked((select h.operation_id from hold h where h.id = a.hold_id), at) then
    perform refuse('BO026', 'operation.blocked');
  end if;
  perform application_return(who, at, a);
  update application set state = 'rejected', decided_by_id = who.staff_id, decided_at = at, reason = btrim(p_reason)
   where id = a.id;
  perform log_write('application:' || a.id, who, 'application.reject', 'application', a.id::text,
                    jsonb_build_object('state', a.state),
                    jsonb_build_object('state', 'rejected', 'reason', btrim(p_reason)));
  return key_keep(who, p_key, 'application.reject', content, content || '{"state": "rejected"}');
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'application.reject', jsonb_build_object('application', p_application_id));
end $$;
