-- What lines were answered before, by their keys: the first answer again, a refusal of a key that is none or that was
-- used for something else, and null for a line that is new.
create function rule.keys_seen(p_who actor, p_lines jsonb[], p_keys uuid[])
returns jsonb[] language plpgsql stable
as $$
begin
  return array(
    select case
             when e.key is null then '{"status": "refused"}' || no('BO030', 'key.missing')
             when k.key is null then null
             when k.result is null then '{"status": "refused"}' || no('BO020', 'key.void')
             when k.actor_id is distinct from p_who.staff_id or k.what <> 'operation'
                  or k.request_hash <> sha256(convert_to(e.l::text, 'UTF8'))
               then '{"status": "refused"}' || no('BO020', 'key.reused')
             else k.result || '{"status": "repeated"}' || jsonb_build_object('first', k.result -> 'status') end
      from unnest(p_lines, p_keys) with ordinality as e (l, key, n)
      left join request_key k on k.key = e.key
     order by e.n);
end $$;
