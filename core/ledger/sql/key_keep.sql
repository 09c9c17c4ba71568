-- Keeps the result under its key, in the transaction that made it; returns the result. Where another transaction kept
-- or voided the key meanwhile, under no lock in common, this one is refused and undone.
create function rule.key_keep(p_who actor, p_key uuid, p_what text, p_content jsonb, p_result jsonb)
returns jsonb language plpgsql
as $$
begin
  insert into request_key (key, actor_id, what, request_hash, result)
    values (p_key, p_who.staff_id, p_what, sha256(convert_to(p_content::text, 'UTF8')), p_result)
    on conflict (key) do nothing;
  if not found then
    perform refuse('BO020', case when (select k.result is null from request_key k where k.key = p_key)
                                 then 'key.void' else 'key.reused' end);
  end if;
  return p_result;
end $$;
