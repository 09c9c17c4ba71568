-- Passes a taken application on, with a note: the chief financial officer or another specialist decides it, never the
-- person who passed it on.
-- permission: application:decide
create function api.application_escalate(p_key uuid, p_application_id bigint, p_note text)
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
  who := require('application:decide');
  content := jsonb_build_object('application', p_application_id, 'note', p_note);
  perform from application where id = p_application_id for no key update;
  seen := key_seen(who, p_key, 'application.escalate', content);
  if seen is not null then
    return seen;
  end if;
  a := application_mine(who, p_application_id, at);
  if a.escalated_at is not null then
    perform refuse('BO021', 'application.escalated');
  end if;
  perform why_check(p_note);
  update application
     set state = 'limited', taken_by_id = null, taken_at = null, snoozed_until = null, escalated_at = at,
         escalated_by_id = who.staff_id, note = btrim(p_note)
   where id = a.id;
  perform log_write('application:' || a.id, who, 'application.escalate', 'application', a.id::text,
                    jsonb_build_object('state', a.state),
                    jsonb_build_object('state', 'limited', 'escalated', true, 'note', btrim(p_note)));
  return key_keep(who, p_key, 'application.escalate', content, content || '{"state": "limited"}');
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'application.escalate',
                 jsonb_build_object('application', p_application_id));
end $$;
