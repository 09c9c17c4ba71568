-- The same by whose they are: an operation stands here once for each client on its sides, under party_id.
-- after: operation_sides
-- permission: operation:list
create view api.transactions_by_client as
select s.id, s.at, s.booked_on, s.kind, s.issuer_id, s.issuer, s.scale, s.amount, s.commission, s.client_id, s.client,
       s.email, s.phone, s.coin_id, s.serial, s.counter_client_id, s.other, s.counter_coin_id, s.other_serial, s.actor_id,
       s.actor, s.day_id, s.desk, s.of_id, s.reverses_id, s.version_id, s.party_id
  from operation_sides s
 where s.party_id is not null and (select may('operation:list'));
