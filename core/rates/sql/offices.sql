-- The exchange offices.
-- permission: rate:list
create view api.offices as
select o.id, o.name, o.active, o.created_at
  from exchange_office o
 where (select may('rate:list'));
