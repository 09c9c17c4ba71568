-- The roles that count for a member of staff now: the own one, and those lent to them that have begun and not ended.
-- The time is read at each call, so a lent role ends by itself.
create function auth.roles_now(p_staff_id integer)
returns text[] language sql stable security definer
set search_path from current
as $$
  select array(
    select m.role from staff m where m.id = p_staff_id
    union
    select d.role from delegation d
     where d.staff_id = p_staff_id and d.ended_at is null
       and clock_timestamp() >= d.starts_at and clock_timestamp() < d.ends_at)
$$;
