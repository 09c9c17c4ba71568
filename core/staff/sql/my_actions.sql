-- What the one who asks did, and what they were refused.
-- permission: staff
create view api.my_actions with (security_barrier) as
  select l.id, l.at, host(l.from_addr) as from_addr, l.what, l.entity, l.entity_id, l.before, l.after, l.refused
    from log l
   where (select may('staff')) and l.actor_id = (select my_id());
