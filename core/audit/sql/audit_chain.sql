-- The log in the order of its chains, with the very texts that were hashed, for a check from a screen.
-- permission: audit:read
create view api.audit_chain with (security_barrier) as
select l.stream, l.seq, timezone('UTC', l.at)::text as at, l.actor_id::text as actor, l.login::text as login,
       host(l.from_addr) as from_addr, l.what, l.entity, l.entity_id, l.before::text as before, l.after::text as after,
       l.refused::text as refused, l.prev, l.hash
  from log l
 where (select may('audit:read'));
