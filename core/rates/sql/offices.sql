-- The exchange offices.
-- permission: rate:list
create view api.offices as
select o.id, o.name, o.active, o.created_at, m.email as client
  from exchange_office o
  left join client m on m.id = o.client_id
 where (select may('rate:list'));
