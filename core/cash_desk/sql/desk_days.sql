-- Desk days: all of them for accounting, their own for a cashier.
-- permission: cash_day:list
create view api.desk_days with (security_barrier) as
select d.id, d.desk_id, k.name as desk, b.name as branch, b.time_zone, d.cashier_id, s.name as cashier, d.cash_date,
       d.state, d.started_at, d.opened_at, d.requested_at, d.closed_at, c.name as closed_by, d.z_number,
       d.reconciled, d.sent_back_reason, d.forced_reason
  from desk_day d
  join desk k on k.id = d.desk_id
  join branch b on b.id = k.branch_id
  join staff s on s.id = d.cashier_id
  left join staff c on c.id = d.closed_by_id
 where (select may('cash_day:review'))
    or ((select may('cash_day:list')) and d.cashier_id = (select my_id()));
