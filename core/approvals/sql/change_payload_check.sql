-- Refuses a payload that is no object or too large to be shown and decided upon.
create function rule.change_payload_check(p_payload jsonb)
returns boolean language plpgsql immutable
as $$
begin
  if jsonb_typeof(p_payload) is distinct from 'object' then
    perform refuse('BO030', 'change.payload');
  end if;
  if length(p_payload::text) > 2000000 then
    perform refuse('BO030', 'change.too_large');
  end if;
  return true;
end $$;
