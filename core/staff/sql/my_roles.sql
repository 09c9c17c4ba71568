-- The roles of the one who asks, own and lent, for views of what a role looks after; the view asks may() as well.
-- permission: staff
create function auth.my_roles()
returns text[] language sql stable security definer
set search_path from current
as $$
  select coalesce(roles_now((select m.id from staff m where m.login = session_user and m.active)), '{}')
$$;
