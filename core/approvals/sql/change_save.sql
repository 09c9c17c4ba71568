-- Keeps a draft, a new one when no request is named, and tries it: the answer says what would come of it or what is
-- wrong. A draft may be wrong; it cannot be handed in then.
-- permission: change:make
create function api.change_save(p_key uuid, p_request_id bigint, p_revision integer, p_kind text, p_payload jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  r change_request;
  tried jsonb;
  at constant timestamptz := clock_timestamp();
  params text;
begin
  who := require('change:make');
  perform change_kind_of(p_kind, 'make');
  content := jsonb_build_object('request', p_request_id, 'revision', p_revision, 'kind', p_kind, 'payload', p_payload);
  if p_request_id is not null then
    r := change_mine(who, p_request_id, null);
  end if;
  seen := key_seen(who, p_key, 'change.save', content);
  if seen is not null then
    return seen;
  end if;
  perform change_payload_check(p_payload);
  if p_request_id is null then
    insert into change_request (kind, title, payload, base, maker_id, maker_person_id, made_at, changed_at)
      values (p_kind, change_title(p_kind, p_payload), p_payload, '{}', who.staff_id, who.person_id, at, at)
      returning * into r;
    insert into change_event (request_id, at, staff_id, what) values (r.id, at, who.staff_id, 'made');
  else
    if r.revision <> p_revision then
      perform refuse('BO025', 'change.other_revision');
    end if;
    if r.state <> 'draft' then
      perform refuse('BO021', 'change.wrong_state', jsonb_build_object('request_state', r.state));
    end if;
    if r.kind <> p_kind then
      perform refuse('BO030', 'change.kind_unknown');
    end if;
    update change_request set payload = p_payload, title = change_title(p_kind, p_payload), revision = revision + 1,
                              changed_at = at
     where id = r.id returning * into r;
    insert into change_event (request_id, at, staff_id, what) values (r.id, at, who.staff_id, 'changed');
  end if;
  begin
    tried := jsonb_build_object('outcome', change_try(p_kind, p_payload, at), 'base', change_base(p_kind, p_payload));
  exception when others then
    get stacked diagnostics params = pg_exception_detail;
    if sqlstate !~ '^BO0[123]' then
      raise;
    end if;
    tried := jsonb_build_object('error', jsonb_build_object(
      'state', sqlstate, 'key', sqlerrm, 'params', coalesce(nullif(params, ''), '{}')::jsonb));
  end;
  update change_request set base = coalesce(tried -> 'base', '{}') where id = r.id;
  perform log_write('request:' || r.id, who, 'change.save', 'change_request', r.id::text, null,
                    jsonb_build_object('kind', p_kind, 'revision', r.revision,
                                       'payload_hash', encode(sha256(convert_to(p_payload::text, 'UTF8')), 'hex')));
  return key_keep(who, p_key, 'change.save', content, jsonb_build_object(
    'request_id', r.id, 'revision', r.revision, 'outcome', tried -> 'outcome', 'error', tried -> 'error'));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'change.save', jsonb_build_object('request', p_request_id, 'kind', p_kind));
end $$;
