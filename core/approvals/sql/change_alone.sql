-- Does a change at once, where the kind lets one person do it: the request is written down all the same. p_base is
-- what was shown as being there; what is grave needs a fresh second factor.
-- permission: change:alone
create function api.change_alone(p_key uuid, p_kind text, p_payload jsonb, p_base jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  k change_kind;
  new_id bigint;
  done jsonb;
  at constant timestamptz := clock_timestamp();
  params text;
begin
  who := require('change:alone');
  content := jsonb_build_object('kind', p_kind, 'payload', p_payload, 'base', p_base);
  seen := key_seen(who, p_key, 'change.alone', content);
  if seen is not null then
    return seen;
  end if;
  k := change_kind_of(p_kind, 'alone');
  if k.grave then
    perform require_step_up(who);
  end if;
  perform change_payload_check(p_payload);
  perform from change_kind where kind = p_kind for update;
  if change_base(p_kind, p_payload) is distinct from p_base then
    perform refuse('BO025', 'change.base_changed');
  end if;
  insert into change_request (kind, title, payload, base, maker_id, maker_person_id, made_at, changed_at, alone)
    values (p_kind, change_title(p_kind, p_payload), p_payload, p_base, who.staff_id, who.person_id, at, at, true)
    returning id into new_id;
  done := change_apply(p_kind, p_payload, at, new_id);
  update change_request
     set state = 'approved', decided_by_id = who.staff_id, decided_person_id = who.person_id, decided_at = at,
         takes_effect_at = (done ->> 'takes_effect_at')::timestamptz, outcome = done
   where id = new_id;
  insert into change_event (request_id, at, staff_id, what)
    values (new_id, at, who.staff_id, 'made'), (new_id, at, who.staff_id, 'approved');
  perform log_write('request:' || new_id, who, 'change.alone', 'change_request', new_id::text, p_base,
                    jsonb_build_object('kind', p_kind, 'outcome', done, 'payload_hash',
                                       encode(sha256(convert_to(p_payload::text, 'UTF8')), 'hex')));
  return key_keep(who, p_key, 'change.alone', content, done || jsonb_build_object('request_id', new_id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'change.alone', jsonb_build_object('kind', p_kind));
end $$;
