-- The products of service providers.
-- permission: product:list
create view api.products as
select p.id, p.provider_id, o.name as provider, p.code, p.name, i.code as issuer, i.scale, p.price, p.price_from,
       p.price_to, p.percent, p.fixed, p.active, p.changed_at
  from product p
  join organization o on o.id = p.provider_id
  join issuer i on i.id = p.issuer_id
 where (select may('product:list'));
