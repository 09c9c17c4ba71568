-- Makes a login a member of the group roles of the roles that count now, and of no other. What is left of a lent role
-- that ended by itself is taken away here; until then the functions refuse by the time.
-- owner: bocli_provisioner
create function auth.groups_sync(p_staff_id integer)
returns void language plpgsql security definer
set search_path from current
as $$
declare
  m staff;
  wanted text[];
  g record;
begin
  select * into strict m from staff where id = p_staff_id;
  wanted := roles_now(m.id);
  for g in
    select p.role, 'bocli_role_' || p.role as group_role,
           exists (select from pg_auth_members a join pg_roles r on r.oid = a.roleid
                    where r.rolname = 'bocli_role_' || p.role
                      and a.member = (select o.oid from pg_roles o where o.rolname = m.login)) as has
      from role_policy p
     order by p.role
  loop
    if g.has and g.role <> all (wanted) then
      execute format('revoke %I from %I', g.group_role, m.login);
    elsif not g.has and g.role = any (wanted) then
      execute format('grant %I to %I', g.group_role, m.login);
    end if;
  end loop;
end $$;
