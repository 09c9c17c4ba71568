-- The members of staff that the one who asks looks after.
-- permission: staff:list
create view api.staff_list with (security_barrier) as
  select m.id, m.person_id, m.name, m.email, m.role, m.active, m.language, m.made_at, m.changed_at
    from staff m
   where (select may('staff:list'))
     and m.role in (select g.managed from manages g where g.manager = (select my_role()));
