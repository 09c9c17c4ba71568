-- The cashback profiles with what is in force and what is planned, a row for each unit.
-- permission: contract:list
create view api.cashback_profiles with (security_barrier) as
select v.id, p.id as profile_id, p.name, p.organization_id, o.name as organization, i.code as issuer, i.scale, v.valid_from,
       v.percent, v.cap, v.hold_days, v.budget, v.clawback, v.paid_by,
       case when v.valid_from > clock_timestamp() then 'planned'
            when exists (select from cashback_version n where n.profile_id = v.profile_id and n.issuer_id = v.issuer_id
                           and n.valid_from > v.valid_from and n.valid_from <= clock_timestamp()) then 'past'
            when v.percent = 0 then 'ended'
            else 'in_force' end as state
  from cashback_version v
  join cashback_profile p on p.id = v.profile_id
  join organization o on o.id = p.organization_id
  join issuer i on i.id = v.issuer_id
 where (select may('contract:list'));
