-- The conflicts of duty that would be there if this person had this role: other accounts of the same person,
-- accounts of somebody who may be the same person (name, phone, or e-mail but for dots and a plus part), and roles
-- of all these that should not be together with it. p_lent: the role comes beside the account's own one.
create function auth.conflicts_of(
  p_staff_id integer, p_person_id integer, p_email text, p_name text, p_phone text, p_role text, p_lent boolean)
returns jsonb language sql stable security definer
set search_path from current
as $$
  with me as (
    select coalesce(m.id, 0) as id, coalesce(p_person_id, m.person_id) as person_id, coalesce(m.email, p_email) as email,
           coalesce(m.name, p_name) as name, coalesce(m.phone, p_phone) as phone
      from (values (1)) as one
      left join staff m on m.id = p_staff_id),
  near as (
    select o.id, o.name, o.role, o.person_id = me.person_id as same
      from me, staff o
     where o.active and o.id <> me.id
       and (o.person_id is not distinct from me.person_id
            or folded(o.name) = folded(me.name) or o.phone = me.phone
            or email_core(o.email) = email_core(me.email))),
  roles as (
    select n.id, n.name, r.role from near n cross join lateral unnest(roles_now(n.id)) as r (role)
    union
    select m.id, m.name, r.role from me join staff m on m.id = me.id cross join lateral unnest(roles_now(m.id)) as r (role)
     where p_lent and r.role <> p_role),
  found as (
    select case when n.same then 'same_person' else 'looks_alike' end as kind, n.id, n.name, n.role from near n
    union all
    select 'maker_checker', r.id, r.name, r.role
      from roles r join conflict c on c.role = p_role and c.other = r.role)
  select coalesce(jsonb_agg(jsonb_build_object(
           'code', f.kind || ':' || f.id || ':' || f.role, 'kind', f.kind, 'staff_id', f.id, 'name', f.name,
           'role', f.role) order by f.kind, f.id, f.role), '[]')
    from found f
$$;
