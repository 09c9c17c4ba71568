-- Where three rates of an office (or of the system: office null) let somebody come back with more than they began with:
-- [{"office", "way": "EUR → USD → GBP → EUR", "gain": percent}], at most 50, the largest gain first.
-- permission: rate:list
create function api.rate_triangles()
returns jsonb language plpgsql security definer
set search_path from current
as $$
begin
  perform require('rate:list');
  return jsonb_build_object('found', (
    with now_in_force as (
      select distinct on (s.base_id, s.quote_id) null::integer as office_id, s.base_id, s.quote_id, s.buy, s.sell
        from system_rate s where s.valid_from <= clock_timestamp() order by s.base_id, s.quote_id, s.valid_from desc),
    office_now as (
      select distinct on (r.office_id, r.base_id, r.quote_id) r.office_id, r.base_id, r.quote_id, r.buy, r.sell
        from office_rate r join exchange_office o on o.id = r.office_id and o.active
       where r.valid_from <= clock_timestamp() order by r.office_id, r.base_id, r.quote_id, r.valid_from desc),
    every as (
      select s.office_id, s.base_id, s.quote_id, s.buy, s.sell from now_in_force s
       union all
      select r.office_id, r.base_id, r.quote_id, r.buy, r.sell from office_now r),
    both_ways as (
      select coalesce(x.office_id, 0) as office_id, x.base_id as a, x.quote_id as b, x.buy as rate from every x
       union all
      select coalesce(x.office_id, 0), x.quote_id, x.base_id, 1 / x.sell from every x)
    select coalesce(jsonb_agg(jsonb_build_object('office', f.office, 'way', f.way, 'gain', f.gain::text) order by f.gain desc), '[]')
      from (select (select o.name from exchange_office o where o.id = x.office_id) as office,
                   i.code || ' → ' || j.code || ' → ' || k.code || ' → ' || i.code as way,
                   round((x.rate * y.rate * z.rate - 1) * 100, 4) as gain
              from both_ways x
              join both_ways y on y.office_id = x.office_id and y.a = x.b and y.b <> x.a
              join both_ways z on z.office_id = x.office_id and z.a = y.b and z.b = x.a
              join issuer i on i.id = x.a
              join issuer j on j.id = x.b
              join issuer k on k.id = y.b
             -- Each round is named once, by its unit with the lowest number; less than a hundredth of a percent is rounding.
             where x.a < x.b and x.a < y.b and x.rate * y.rate * z.rate > 1.0001
             order by 3 desc limit 50) as f));
end $$;
