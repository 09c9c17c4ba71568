-- One's own saved views of a list.
-- permission: staff
create view api.views with (security_barrier) as
select v.list, v.name, v.filter, v.columns, v.sort, v.opens
  from saved_view v
 where (select may('staff')) and v.staff_id = (select my_id());
