-- What was done to the members of staff that the one who asks looks after, and what they did to their own accounts.
-- permission: staff:list
create view api.staff_actions with (security_barrier) as
  select l.id, l.at, m.id as staff_id, l.actor_id, a.name as actor, host(l.from_addr) as from_addr, l.what, l.entity, l.entity_id,
         l.before, l.after, l.refused
    from staff m
    join log l on l.stream = 'person:' || m.id
    left join staff a on a.id = l.actor_id
   where (select may('staff:list'))
     and m.role in (select g.managed from manages g where g.manager = any ((select my_roles())::text[]));
