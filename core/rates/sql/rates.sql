-- Every rate in force or planned: the system's (office null) and the offices'. stale: older than the pair allows; off: by how
-- many percent it is off the system's rate, or the system's off the one before it, when that is more than the band.
-- permission: rate:list
create view api.rates with (security_barrier) as
with every as (
  select 's' || s.id as id, null::integer as office_id, null::text as office, s.base_id, s.quote_id, s.buy, s.sell, s.source,
         s.valid_from, s.request_id,
         lead(s.valid_from) over w as until, lag((s.buy + s.sell) / 2) over w as before
    from system_rate s
  window w as (partition by s.base_id, s.quote_id order by s.valid_from)
  union all
  select 'o' || r.id, r.office_id, o.name, r.base_id, r.quote_id, r.buy, r.sell, 'office', r.valid_from, r.request_id,
         lead(r.valid_from) over w,
         (select (s.buy + s.sell) / 2 from system_rate s where s.base_id = r.base_id and s.quote_id = r.quote_id
             and s.valid_from <= greatest(r.valid_from, clock_timestamp()) order by s.valid_from desc limit 1)
    from office_rate r join exchange_office o on o.id = r.office_id and o.active
  window w as (partition by r.office_id, r.base_id, r.quote_id order by r.valid_from))
select e.id, coalesce(e.office, '') || '/' || b.code || '/' || q.code || '/' || to_char(e.valid_from at time zone 'UTC', 'YYYYMMDDHH24MISSUS') as key,
       e.office_id, e.office, b.code as base, q.code as quote, e.buy, e.sell, (e.buy + e.sell) / 2 as middle,
       round((e.sell - e.buy) / ((e.buy + e.sell) / 2) * 100, 4) as margin, e.source, e.valid_from, e.request_id,
       case when e.valid_from > clock_timestamp() then 'planned' else 'in_force' end as state,
       e.valid_from <= clock_timestamp() - make_interval(hours => coalesce(p.stale_hours, 26)) as stale,
       case when abs((e.buy + e.sell) / 2 / e.before - 1) * 100 > coalesce(p.band_percent, 5)
            then round(((e.buy + e.sell) / 2 / e.before - 1) * 100, 3) end as off
  from every e
  join issuer b on b.id = e.base_id
  join issuer q on q.id = e.quote_id
  left join rate_pair p on p.base_id = e.base_id and p.quote_id = e.quote_id
 where (select may('rate:list')) and (e.until is null or e.until > clock_timestamp());
