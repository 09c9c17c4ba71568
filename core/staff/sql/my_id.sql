-- The staff id behind this connection's login, for views of what is one's own; the view asks may() as well.
-- permission: staff
create function auth.my_id()
returns integer language sql stable security definer
set search_path from current
as $$
  select id from staff where login = session_user and active
$$;
