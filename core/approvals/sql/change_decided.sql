-- Decides one request: its new state. Refuses a decision by its maker (the person, whatever the account), of what is
-- not waiting, and of another content than was shown. What stands on a base that is another now becomes a conflict.
create function rule.change_decided(
  p_who actor, p_request_id bigint, p_hash text, p_approve boolean, p_reason text, p_at timestamptz)
returns text language plpgsql
as $$
declare
  r change_request;
  done jsonb;
  new_state text;
begin
  select * into r from change_request where id = p_request_id and submitted_at is not null for no key update;
  if not found then
    perform refuse('BO022', 'change.not_found');
  end if;
  perform change_kind_of(r.kind, 'decide');
  if r.maker_person_id = p_who.person_id then
    perform refuse('BO012', 'change.own');
  end if;
  if r.state <> 'submitted' then
    perform refuse('BO021', 'change.wrong_state', jsonb_build_object('request_state', r.state));
  end if;
  if change_hash(r) is distinct from p_hash then
    perform refuse('BO025', 'change.not_as_shown');
  end if;
  if p_approve and change_base(r.kind, r.payload) is distinct from r.base then
    new_state := 'conflicted';
  else
    new_state := case when p_approve then 'approved' else 'rejected' end;
  end if;
  if new_state = 'approved' then
    done := change_apply(r.kind, r.payload, p_at, r.id);
  end if;
  update change_request
     set state = new_state, reason = nullif(btrim(p_reason), ''), outcome = done,
         decided_by_id = case when new_state <> 'conflicted' then p_who.staff_id end,
         decided_person_id = case when new_state <> 'conflicted' then p_who.person_id end,
         decided_at = case when new_state <> 'conflicted' then p_at end,
         takes_effect_at = (done ->> 'takes_effect_at')::timestamptz
   where id = r.id;
  perform unblock_follow(r, new_state, p_who.staff_id);
  insert into change_event (request_id, at, staff_id, what, note)
    values (r.id, p_at, p_who.staff_id, new_state, coalesce(btrim(p_reason), ''));
  perform log_write('request:' || r.id, p_who, 'change.decide', 'change_request', r.id::text,
                    jsonb_build_object('state', 'submitted'),
                    jsonb_build_object('state', new_state, 'hash', p_hash, 'reason', p_reason, 'outcome', done));
  return new_state;
end $$;
