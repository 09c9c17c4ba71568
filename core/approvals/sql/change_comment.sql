-- Adds a comment that stays with the request.
-- permission: change:list
create function api.change_comment(p_key uuid, p_request_id bigint, p_note text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  r change_request;
  params text;
begin
  who := require('change:list');
  content := jsonb_build_object('request', p_request_id, 'note', p_note);
  r := change_visible(who, p_request_id);
  seen := key_seen(who, p_key, 'change.comment', content);
  if seen is not null then
    return seen;
  end if;
  perform reason_check(p_note);
  insert into change_event (request_id, at, staff_id, what, note)
    values (r.id, clock_timestamp(), who.staff_id, 'commented', btrim(p_note));
  perform log_write('request:' || r.id, who, 'change.comment', 'change_request', r.id::text, null,
                    jsonb_build_object('note', btrim(p_note)));
  return key_keep(who, p_key, 'change.comment', content, jsonb_build_object('request_id', r.id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'change.comment', jsonb_build_object('request', p_request_id));
end $$;
