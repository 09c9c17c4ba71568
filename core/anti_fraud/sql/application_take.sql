-- Takes a waiting application: from then on only its taker decides it.
-- permission: application:decide_escalated
create function api.application_take(p_key uuid, p_application_id bigint)
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
  content := jsonb_build_object('application', p_application_id);
  perform from application where id = p_application_id for no key update;
  seen := key_seen(who, p_key, 'application.take', content);
  if seen is not null then
    return seen;
  end if;
  a := application_open(who, p_application_id, at);
  if a.state = 'taken' then
    perform refuse('BO021', 'application.taken_by', jsonb_build_object(
      'name', (select s.name from staff s where s.id = a.taken_by_id)));
  end if;
  update application set state = 'taken', taken_by_id = who.staff_id, taken_at = at, snoozed_until = null
   where id = a.id;
  perform log_write('application:' || a.id, who, 'application.take', 'application', a.id::text,
                    jsonb_build_object('state', a.state), jsonb_build_object('state', 'taken'));
  return key_keep(who, p_key, 'application.take', content, content || '{"state": "taken"}');
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'application.take', jsonb_build_object('application', p_application_id));
end $$;
