-- Puts an application off until a moment, before it expires; without one it is looked at again at once.
-- permission: application:decide_escalated
create function api.application_snooze(p_key uuid, p_application_id bigint, p_until timestamptz)
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
  content := jsonb_build_object('application', p_application_id, 'until', p_until);
  perform from application where id = p_application_id for no key update;
  seen := key_seen(who, p_key, 'application.snooze', content);
  if seen is not null then
    return seen;
  end if;
  a := application_open(who, p_application_id, at);
  if a.state = 'taken' then
    a := application_mine(who, p_application_id, at);
  end if;
  if p_until <= at or p_until >= a.expires_at then
    perform refuse('BO030', 'application.snooze_until', jsonb_build_object('expires_at', a.expires_at));
  end if;
  update application set snoozed_until = p_until where id = a.id;
  perform log_write('application:' || a.id, who, 'application.snooze', 'application', a.id::text,
                    jsonb_build_object('until', a.snoozed_until), jsonb_build_object('until', p_until));
  return key_keep(who, p_key, 'application.snooze', content, content);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'application.snooze', jsonb_build_object('application', p_application_id));
end $$;
