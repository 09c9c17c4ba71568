-- Approves a taken application: the hold goes back and the operation runs in the same moment, everything but the limits
-- asked again. p_uplift: once (this operation only) or temporary (p_amount, p_pieces are added to each limit of a period
-- until p_until). What the recheck refuses makes it failed, with the money back at the client. Of a cash operation at a
-- desk no cash was taken: it is approved, and the cashier does it again with the uplift.
-- permission: application:decide_escalated
create function api.application_approve(
  p_key uuid, p_application_id bigint, p_uplift text, p_amount bigint, p_pieces integer, p_until timestamptz,
  p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  a application;
  seen jsonb;
  content jsonb;
  ran jsonb;
  given bigint;
  more bigint;
  new_state text;
  at constant timestamptz := clock_timestamp();
  params text;
begin
  who := require('application:decide_escalated');
  content := jsonb_build_object('application', p_application_id, 'uplift', p_uplift, 'amount', p_amount,
                                'pieces', p_pieces, 'until', p_until, 'reason', p_reason);
  perform from application where id = p_application_id for no key update;
  seen := key_seen(who, p_key, 'application.approve', content);
  if seen is not null then
    return seen;
  end if;
  a := application_mine(who, p_application_id, at);
  perform uplift_check(p_uplift, p_amount, p_pieces, p_until, p_reason, at);
  perform application_lock(a);
  if operation_blocked((select h.operation_id from hold h where h.id = a.hold_id), at) then
    perform refuse('BO026', 'operation.blocked');
  end if;
  update application set state = 'approved', decided_by_id = who.staff_id, decided_at = at, reason = btrim(p_reason)
   where id = a.id;
  if a.day_id is null then
    perform application_return(who, at, a);
    ran := (operations_run(who, at, 'application:' || a.id, array[a.payload], false, false))[1];
    new_state := case ran ->> 'status' when 'done' then 'processed' else 'failed' end;
  else
    new_state := 'approved';
  end if;
  if new_state <> 'failed' then
    if p_uplift = 'once' or a.day_id is not null then
      given := uplift_write(who, at, a, null, null, null, p_reason, (ran ->> 'operation_id')::bigint);
    end if;
    if p_uplift = 'temporary' then
      more := uplift_write(who, at, a, p_amount, p_pieces, p_until, p_reason, null);
      given := coalesce(given, more);
    end if;
  end if;
  update application
     set state = new_state, operation_id = (ran ->> 'operation_id')::bigint, uplift_id = given,
         failure = case new_state when 'failed' then ran - 'status' end
   where id = a.id;
  perform log_write('application:' || a.id, who, 'application.approve', 'application', a.id::text,
                    jsonb_build_object('state', a.state),
                    content || jsonb_build_object('state', new_state, 'answer', ran, 'uplift_id', given));
  return key_keep(who, p_key, 'application.approve', content, jsonb_build_object(
    'application', a.id, 'state', new_state, 'operation_id', ran -> 'operation_id', 'uplift_id', given,
    'failure', case new_state when 'failed' then ran - 'status' end));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'application.approve',
                 jsonb_build_object('application', p_application_id));
end $$;
