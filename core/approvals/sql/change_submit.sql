-- Hands a draft in. It is tried once more, and what it stands on is kept with it as it is now.
-- permission: change:make
create function api.change_submit(p_key uuid, p_request_id bigint, p_revision integer)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  r change_request;
  at constant timestamptz := clock_timestamp();
  params text;
begin
  who := require('change:make');
  content := jsonb_build_object('request', p_request_id, 'revision', p_revision);
  r := change_mine(who, p_request_id, null);
  seen := key_seen(who, p_key, 'change.submit', content);
  if seen is not null then
    return seen;
  end if;
  perform change_kind_of(r.kind, 'make');
  if r.revision is distinct from p_revision then
    perform refuse('BO025', 'change.other_revision');
  end if;
  if r.state <> 'draft' then
    perform refuse('BO021', 'change.wrong_state', jsonb_build_object('request_state', r.state));
  end if;
  if change_base(r.kind, r.payload) is distinct from r.base and r.base <> '{}' then
    perform refuse('BO025', 'change.base_changed');
  end if;
  perform change_try(r.kind, r.payload, at);
  update change_request set state = 'submitted', submitted_at = at, base = change_base(r.kind, r.payload)
   where id = r.id;
  perform unblock_follow(r, 'submitted', who.staff_id);
  insert into change_event (request_id, at, staff_id, what) values (r.id, at, who.staff_id, 'submitted');
  perform log_write('request:' || r.id, who, 'change.submit', 'change_request', r.id::text, null,
                    jsonb_build_object('kind', r.kind, 'revision', r.revision));
  return key_keep(who, p_key, 'change.submit', content, jsonb_build_object('request_id', r.id, 'state', 'submitted'));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'change.submit', jsonb_build_object('request', p_request_id));
end $$;
