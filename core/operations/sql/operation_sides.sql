-- Every operation, once for each client on its sides: party_id is whose side it is, second says that it is the other
-- side's. The names are subqueries: who asks for keys or sums alone does not pay for them. Each half is walked by
-- an index of its own, which the planner sees only while it has no condition inside.
create view rule.operation_sides as
select x.id, x.at, x.booked_on, x.kind, x.issuer_id,
       (select i.code from issuer i where i.id = x.issuer_id) as issuer,
       (select i.scale from issuer i where i.id = x.issuer_id) as scale, x.amount, x.commission, x.party_id, x.second,
       x.client_id, (select c.name from client c where c.id = x.client_id) as client,
       (select c.email from client c where c.id = x.client_id) as email,
       (select c.phone from client c where c.id = x.client_id) as phone,
       x.coin_id, (select n.serial from coin n where n.id = x.coin_id) as serial,
       x.counter_client_id, (select c.name from client c where c.id = x.counter_client_id) as other,
       x.counter_coin_id, (select n.serial from coin n where n.id = x.counter_coin_id) as other_serial,
       x.actor_id, (select s.name from staff s where s.id = x.actor_id) as actor,
       x.day_id, (select k.name from desk_day d join desk k on k.id = d.desk_id where d.id = x.day_id) as desk,
       x.of_id, x.reverses_id, x.version_id
  from (
    select o.id, o.at, o.booked_on, o.kind, o.issuer_id, o.amount, o.commission, o.client_id as party_id,
           false as second, o.client_id, o.coin_id, o.counter_client_id, o.counter_coin_id, o.actor_id, o.day_id, o.of_id,
           o.reverses_id, o.version_id
      from operation o
    union all
    select o.id, o.at, o.booked_on, o.kind, o.issuer_id, o.amount, o.commission, o.counter_client_id,
           true, o.client_id, o.coin_id, o.counter_client_id, o.counter_coin_id, o.actor_id, o.day_id, o.of_id,
           o.reverses_id, o.version_id
      from operation o) as x;
