-- The log of every change and refusal, with the hashes of its chain; reading it is for those who oversee others.
-- permission: audit:read
create view api.audit_log with (security_barrier) as
select l.id, l.at, l.stream, l.seq, l.actor_id, s.name as actor, s.role as actor_role, l.login, host(l.from_addr) as from_addr, l.what,
       l.entity, l.entity_id, l.before, l.after, l.refused, l.prev, l.hash
  from log l
  left join staff s on s.id = l.actor_id
 where (select may('audit:read'));
