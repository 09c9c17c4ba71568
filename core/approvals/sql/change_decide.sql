-- Approves or rejects requests, each for itself: [{"request_id", "hash"}] gives [{"request_id", "state" or "refused"}].
-- Needs a fresh second factor; a rejection needs a reason.
-- permission: change:decide
create function api.change_decide(p_key uuid, p_items jsonb, p_approve boolean, p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  item record;
  results jsonb := '[]';
  new_state text;
  params text;
begin
  who := require('change:decide');
  content := jsonb_build_object('items', p_items, 'approve', p_approve, 'reason', p_reason);
  seen := key_seen(who, p_key, 'change.decide', content);
  if seen is not null then
    return seen;
  end if;
  perform require_step_up(who);
  if p_approve is null or jsonb_typeof(p_items) is distinct from 'array'
     or jsonb_array_length(p_items) not between 1 and 200
     or exists (select from jsonb_array_elements(p_items) as e
                 where coalesce(jsonb_typeof(e -> 'request_id'), '') <> 'number'
                    or coalesce(e ->> 'request_id', '') !~ '^[0-9]{1,18}$' or e ->> 'hash' is null) then
    perform refuse('BO030', 'change.items');
  end if;
  if p_approve then
    perform note_check(p_reason);
  else
    perform reason_check(p_reason);
  end if;
  -- One decision of a kind after the other: what is compared is still so when it is done. Kinds before requests.
  perform from change_kind k
    where k.kind in (select r.kind from change_request r
                      where r.id in (select (e ->> 'request_id')::bigint from jsonb_array_elements(p_items) as e))
    order by k.kind for update;
  -- In the order of their numbers, so that two who decide the same never wait for each other in a ring.
  for item in select (e ->> 'request_id')::bigint as id, e ->> 'hash' as hash
                from jsonb_array_elements(p_items) as e order by 1 loop
    begin
      new_state := change_decided(who, item.id, item.hash, p_approve, p_reason, clock_timestamp());
      results := results || jsonb_build_object('request_id', item.id, 'state', new_state);
    exception when others then
      get stacked diagnostics params = pg_exception_detail;
      results := results || (jsonb_build_object('request_id', item.id)
        || refused(sqlstate, sqlerrm, params, 'change.decide', jsonb_build_object('request', item.id)));
    end;
  end loop;
  return key_keep(who, p_key, 'change.decide', content, jsonb_build_object('results', results));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'change.decide', jsonb_build_object('approve', p_approve));
end $$;
