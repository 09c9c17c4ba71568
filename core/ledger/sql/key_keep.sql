-- Keeps the result under its key, in the transaction that made it; returns the result.
create function rule.key_keep(p_who actor, p_key uuid, p_what text, p_content jsonb, p_result jsonb)
returns jsonb language plpgsql
as $$
begin
  insert into request_key (key, actor_id, what, request_hash, result)
    values (p_key, p_who.staff_id, p_what, sha256(convert_to(p_content::text, 'UTF8')), p_result);
  return p_result;
end $$;
