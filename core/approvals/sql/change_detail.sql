-- A request with what it would change, what is there now, its history, and the hash to decide it by. Reading leaves a
-- trace.
-- permission: change:list
create function api.change_detail(p_request_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('change:list');
  r change_request;
  base_now jsonb;
begin
  r := change_visible(who, p_request_id);
  base_now := case when r.state in ('draft', 'submitted') then change_base(r.kind, r.payload) end;
  perform log_write('person:' || who.staff_id, who, 'change.read', 'change_request', r.id::text, null, null);
  return jsonb_build_object(
    'id', r.id, 'kind', r.kind, 'title', r.title, 'revision', r.revision, 'payload', r.payload, 'base', r.base,
    'state', change_state(r.state, r.takes_effect_at),
    'base_now', base_now, 'base_changed', coalesce(base_now <> r.base and r.base <> '{}', false),
    'maker', (select m.name from staff m where m.id = r.maker_id), 'mine', r.maker_id = who.staff_id,
    'made_at', r.made_at, 'submitted_at', r.submitted_at, 'decided_at', r.decided_at,
    'decided_by', (select d.name from staff d where d.id = r.decided_by_id),
    'takes_effect_at', r.takes_effect_at, 'reason', r.reason, 'alone', r.alone, 'hash', change_hash(r),
    'may_decide', r.state = 'submitted' and r.maker_person_id <> who.person_id
                  and (select may((select k.decide from change_kind k where k.kind = r.kind))),
    'events', (select coalesce(jsonb_agg(jsonb_build_object('at', e.at, 'who', s.name, 'what', e.what, 'note', e.note)
                                         order by e.id), '[]')
                 from change_event e join staff s on s.id = e.staff_id where e.request_id = r.id));
end $$;
