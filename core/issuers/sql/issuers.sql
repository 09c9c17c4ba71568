-- The units of value, with what circulates beside what stands behind it.
-- permission: issuer:list
create view api.issuers with (security_barrier) as
select i.id, i.code, i.name, i.symbol, i.scale, i.kind, i.position, i.active, i.backing, i.denominations,
       s.circulation, s.backed, i.created_at
  from issuer i
  cross join lateral issuer_sums(i.id, i.kind) as s
 where (select may('issuer:list'));
