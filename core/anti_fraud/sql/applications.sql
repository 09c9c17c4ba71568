-- All applications for operations that broke a limit; amounts in minor units. left_value: what was left of the limit.
-- waiting: to be decided, and not put off; by now(), since the planner uses no index for what asks the clock each time.
-- permission: application:list
create view api.applications with (security_barrier) as
select a.id, a.kind, a.client_id, c.name as client, c.name_key as client_key, c.email, n.serial, i.code as issuer, i.scale,
       a.amount, a.commission, a.period, a.measure, a.limit_value, a.used_value,
       greatest(a.limit_value - a.used_value, 0) as left_value, a.excess, a.asked_at, a.expires_at, t.name as taken_by,
       a.taken_by_id = my_id() as mine, a.taken_at,
       case when a.snoozed_until > now() and a.state in ('limited', 'taken') then a.snoozed_until end
         as snoozed_until,
       a.escalated_at, a.escalated_at is not null as escalated, a.day_id is not null as at_desk, d.name as decided_by,
       a.decided_at, a.reason, a.operation_id, a.state,
       a.state in ('limited', 'taken') and coalesce(a.snoozed_until, '-infinity') <= now() as waiting
  from application a
  join client c on c.id = a.client_id
  join coin n on n.id = a.coin_id
  join issuer i on i.id = a.issuer_id
  left join staff t on t.id = a.taken_by_id
  left join staff d on d.id = a.decided_by_id
 where (select may('application:list'));
