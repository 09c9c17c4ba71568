-- The number of the member of staff who is connected, for the rows of a view that are only theirs.
-- permission: staff
create function auth.my_staff_id()
returns integer language sql stable security definer
set search_path from current
as $$
  select s.id from staff s where s.login = session_user
$$;
