-- The organizations whose products we sell, to choose from.
-- permission: product:list
create view api.product_providers as
select o.id, o.name, o.state
  from organization o
 where (select may('product:list')) and o.kind = 'provider';
