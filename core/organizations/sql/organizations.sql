-- The organizations with how many clients belong to each.
-- permission: organization:list
create view api.organizations as
select o.id, o.name, o.kind, o.state, k.name as contract, o.registration, o.created_at,
       (select count(1)::integer from client c where c.organization_id = o.id) as members
  from organization o
  left join contract k on k.id = o.contract_id
 where (select may('organization:list'));
