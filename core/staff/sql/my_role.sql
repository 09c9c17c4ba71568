-- The role of the one who asks, for views of what a role looks after; the view asks may() as well.
-- permission: staff
create function auth.my_role()
returns text language sql stable security definer
set search_path from current
as $$
  select role from staff where login = session_user and active
$$;
