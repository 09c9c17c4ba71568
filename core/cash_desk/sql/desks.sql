-- Desks: all of them for accounting, those that a cashier is assigned to for the cashier; with who is at it now.
-- permission: desk:list
create view api.desks with (security_barrier) as
select k.id, k.name, b.name as branch, b.time_zone, k.active, k.z_last, d.id as day_id, d.state, d.cashier_id,
       s.name as cashier, d.cash_date
  from desk k
  join branch b on b.id = k.branch_id
  left join desk_day d on d.desk_id = k.id and d.state not in ('closed', 'abandoned')
  left join staff s on s.id = d.cashier_id
 where (select may('cash_day:review'))
    or ((select may('desk:list'))
        and k.id in (select a.desk_id from desk_assignment a where a.staff_id = (select my_id())));
