-- What closed days are still over or short, waiting to be resolved.
-- permission: difference:list
create view api.differences with (security_barrier) as
select a.id, d.id as day_id, k.name as desk, s.name as cashier, d.cash_date, d.z_number, i.code as issuer, i.scale,
       a.kind, a.balance as amount
  from account a
  join desk_day d on d.id = a.owner_id
  join desk k on k.id = d.desk_id
  join staff s on s.id = d.cashier_id
  join issuer i on i.id = a.issuer_id
 where a.kind in ('OVER', 'SHORT') and a.balance <> 0
   and (select may('difference:list'));
