-- The contracts by number and name, to choose from.
-- permission: organization:list
create view api.contract_names as
select k.id, k.name, k.client_kind, k.is_default
  from contract k
 where (select may('organization:list'));
