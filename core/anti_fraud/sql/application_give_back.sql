-- Gives a taken application back to all: the own one, or one that a colleague left lying.
-- permission: application:decide_escalated
create function api.application_give_back(p_key uuid, p_application_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  a application;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('application:decide_escalated');
  content := jsonb_build_object('application', p_application_id);
  perform from application where id = p_application_id for no key update;
  seen := key_seen(who, p_key, 'application.give_back', content);
  if seen is not null then
    return seen;
  end if;
  a := application_open(who, p_application_id, clock_timestamp());
  if a.state <> 'taken' then
    perform refuse('BO021', 'application.take_first');
  end if;
  update application set state = 'limited', taken_by_id = null, taken_at = null where id = a.id;
  perform log_write('application:' || a.id, who, 'application.give_back', 'application', a.id::text,
                    jsonb_build_object('state', a.state, 'taken_by', a.taken_by_id),
                    jsonb_build_object('state', 'limited'));
  return key_keep(who, p_key, 'application.give_back', content, content || '{"state": "limited"}');
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'application.give_back',
                 jsonb_build_object('application', p_application_id));
end $$;
