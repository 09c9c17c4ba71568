-- The first result of this key, or null when the key is new. A key that another person, another use case or
-- other content used is refused, and so is one that was declared void.
create function rule.key_seen(p_who actor, p_key uuid, p_what text, p_content jsonb)
returns jsonb language plpgsql stable
as $$
declare
  seen request_key;
begin
  if p_key is null then
    perform refuse('BO030', 'key.missing');
  end if;
  select * into seen from request_key where key = p_key;
  if not found then
    return null;
  end if;
  if seen.result is null then
    perform refuse('BO020', 'key.void');
  end if;
  if seen.actor_id is distinct from p_who.staff_id or seen.what <> p_what
     or seen.request_hash <> sha256(convert_to(p_content::text, 'UTF8')) then
    perform refuse('BO020', 'key.reused');
  end if;
  return seen.result;
end $$;
