-- The members of staff that the one who asks looks after.
-- permission: staff:list
create view api.staff_list with (security_barrier) as
  select m.id, m.person_id, m.name, m.email, m.phone, m.role, m.active, m.language, m.made_at, m.changed_at,
         st.last_seen, st.open_sessions, st.second_factor, st.must_change_password, st.locked_out_s,
         lent.role as lent_role, lent.ends_at as lent_until
    from staff m
    cross join lateral staff_state(m.id) as st
    left join lateral (
      select d.role, d.ends_at from delegation d
       where d.staff_id = m.id and d.ended_at is null and d.ends_at > clock_timestamp()
       order by d.ends_at desc limit 1) as lent on true
   where (select may('staff:list'))
     and m.role in (select g.managed from manages g where g.manager = any ((select my_roles())::text[]));
