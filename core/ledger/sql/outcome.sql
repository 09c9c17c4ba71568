-- What became of a request whose answer was lost: its first result, or void. Void is written down, so that a
-- request still on its way with that key is refused when it arrives: the answer is final either way.
-- permission: staff
create function api.outcome(p_key uuid)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '10s'
as $$
declare
  who actor := require('staff');
  seen request_key;
begin
  if p_key is null then
    perform refuse('BO030', 'key.missing');
  end if;
  -- Waits for a transaction that is writing this very key, and then finds its row.
  insert into request_key (key, actor_id, what, request_hash, result)
    values (p_key, who.staff_id, 'void', '', null)
    on conflict (key) do nothing;
  select * into strict seen from request_key where key = p_key;
  if seen.actor_id is distinct from who.staff_id then
    perform refuse('BO012', 'permission.denied');
  end if;
  if seen.result is null then
    return jsonb_build_object('void', true);
  end if;
  return jsonb_build_object('what', seen.what, 'at', seen.at, 'result', seen.result);
end $$;
