-- The profile that a payload names, or null for a new one. Refuses a number that is none.
create function rule.cashback_named(p_payload jsonb)
returns cashback_profile language plpgsql stable
as $$
declare
  c cashback_profile;
begin
  if coalesce(p_payload -> 'profile_id', 'null') = 'null' then
    return null;
  end if;
  if jsonb_typeof(p_payload -> 'profile_id') = 'number' and p_payload ->> 'profile_id' ~ '^[0-9]{1,9}$' then
    select * into c from cashback_profile where id = (p_payload ->> 'profile_id')::integer;
  end if;
  if c.id is null then
    perform refuse('BO022', 'cashback.not_found');
  end if;
  return c;
end $$;
