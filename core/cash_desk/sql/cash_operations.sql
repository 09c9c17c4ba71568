-- Top-ups and withdrawals: all desks and days for accounting, their own for a cashier.
-- permission: cash_operation:list
create view api.cash_operations with (security_barrier) as
select o.id, o.at, o.booked_on, o.kind, i.code as issuer, i.scale, o.amount, o.commission, o.day_id,
       k.id as desk_id, k.name as desk, b.time_zone, o.actor_id as cashier_id, s.name as cashier,
       o.client_id, cl.name as client, co.serial, o.version_id, o.reverses_id
  from operation o
  join issuer i on i.id = o.issuer_id
  join desk_day d on d.id = o.day_id
  join desk k on k.id = d.desk_id
  join branch b on b.id = k.branch_id
  join staff s on s.id = o.actor_id
  join client cl on cl.id = o.client_id
  join coin co on co.id = o.coin_id
 where o.kind in ('cash_top_up', 'cash_withdrawal')
   and ((select may('cash_operation:all'))
        or ((select may('cash_operation:list')) and o.actor_id = (select my_id())));
