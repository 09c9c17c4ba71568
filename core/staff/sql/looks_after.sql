-- Whether somebody looks after the members of a role: by the own role or a lent one, as MANAGES says.
create function auth.looks_after(p_staff_id integer, p_role text)
returns boolean language sql stable security definer
set search_path from current
as $$
  select exists (
    select from manages g where g.managed = p_role and g.manager = any (roles_now(p_staff_id)))
$$;
