-- The merchants that a cashback profile can be for.
-- permission: contract:list
create view api.merchants as
select o.id, o.name
  from organization o
 where (select may('contract:list')) and o.kind = 'merchant' and o.state <> 'closed';
