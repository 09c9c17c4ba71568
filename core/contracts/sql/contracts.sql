-- The contracts with what is in force of them, what is planned, and who has them.
-- permission: contract:list
create view api.contracts with (security_barrier) as
select k.id, k.name, k.client_kind, k.is_default, k.created_at,
       v.id as version_id, v.valid_from as in_force_from, p.valid_from as planned_from,
       (select count(1)::integer from contract_version x where x.contract_id = k.id) as versions,
       (select count(1)::integer from client_contract a
         where a.contract_id = k.id and a.valid_from <= clock_timestamp()
           and not exists (select from client_contract b where b.client_id = a.client_id and b.valid_from > a.valid_from
                                                           and b.valid_from <= clock_timestamp())) as clients
  from contract k
  left join lateral (select x.id, x.valid_from from contract_version x
                      where x.contract_id = k.id and x.valid_from <= clock_timestamp()
                      order by x.valid_from desc limit 1) as v on true
  left join lateral (select min(x.valid_from) as valid_from from contract_version x
                      where x.contract_id = k.id and x.valid_from > clock_timestamp()) as p on true
 where (select may('contract:list'));
