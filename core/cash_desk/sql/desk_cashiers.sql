-- Every cashier at every desk, and whether the cashier may work there: what an assignment starts from.
-- permission: desk:assign
create view api.desk_cashiers with (security_barrier) as
select k.id as desk_id, k.name as desk, s.id as staff_id, s.name as cashier, s.email,
       exists (select from desk_assignment a where a.desk_id = k.id and a.staff_id = s.id) as assigned
  from desk k
  cross join staff s
 where s.role = 'cashier' and s.active
   and (select may('desk:assign'));
