-- How many operations of a span of time would pass a draft's limits by period, counted as they came: by kind, issuer and
-- period. What would have been refused still counts here as used, so it is a little more than would be refused. What is
-- set aside counts when it is, as the kind that it is for; what then goes on with it counts no more.
-- permission: contract:change
create function api.contract_what_if_limits(p_limits jsonb, p_contract_id integer, p_from timestamptz, p_to timestamptz)
returns jsonb language plpgsql security definer
set search_path from current
set work_mem = '128MB'
as $$
begin
  perform require('contract:change');
  if contract_findings('[]', p_limits) @> '[{"severity": "error"}]' then
    perform refuse('BO030', 'contract.faulty');
  end if;
  return (
    with lim as materialized (
      select l ->> 'operation_kind' as kind, i.id as issuer_id, i.code as issuer, l ->> 'period' as period,
             (l ->> 'amount')::bigint as amount, (l ->> 'pieces')::bigint as pieces
        from jsonb_array_elements(p_limits) as l join issuer i on i.code = l ->> 'issuer'
       where l ->> 'period' <> 'operation'),
    done as (
      select o.id, o.kind, o.issuer_id, o.client_id, o.amount, (o.at at time zone m.time_zone)::date as day
        from operation o join client m on m.id = o.client_id
       where o.at >= p_from and o.at < p_to and o.version_id is not null and o.of_id is null
         and exists (select from lim l where l.kind = o.kind and l.issuer_id = o.issuer_id)
         and (p_contract_id is null
              or o.version_id = any (array(select v.id from contract_version v where v.contract_id = p_contract_id)))
      union all
      select o.id, h.kind, o.issuer_id, o.client_id, o.amount, (o.at at time zone m.time_zone)::date as day
        from hold h join operation o on o.id = h.operation_id join client m on m.id = o.client_id
       where h.purpose <> 'application' and o.at >= p_from and o.at < p_to
         and exists (select from lim l where l.kind = h.kind and l.issuer_id = o.issuer_id)
         and (p_contract_id is null
              or o.version_id = any (array(select v.id from contract_version v where v.contract_id = p_contract_id)))),
    counted as (
      select l.kind, l.issuer, l.period, l.amount as most, l.pieces as most_pieces, d.id, d.client_id, d.amount,
             case l.period when 'day' then d.day when 'life' then '-infinity'
                           else date_trunc(l.period, d.day::timestamp)::date end as starts
        from done d join lim l on l.kind = d.kind and l.issuer_id = d.issuer_id),
    -- Only who passes a limit is counted one by one.
    passed as (
      select c.kind, c.issuer, c.period, c.client_id, c.starts
        from counted c
       group by c.kind, c.issuer, c.period, c.client_id, c.starts, c.most, c.most_pieces
      having sum(c.amount) > c.most or count(1) > c.most_pieces),
    used as (
      select c.kind, c.issuer, c.period, c.most, c.most_pieces, sum(c.amount) over w as amount, count(1) over w as pieces
        from counted c
        join passed p on p.kind = c.kind and p.issuer = c.issuer and p.period = c.period and p.client_id = c.client_id
                     and p.starts = c.starts
      window w as (partition by c.kind, c.issuer, c.period, c.client_id, c.starts order by c.id))
    select jsonb_build_object('rows', coalesce(jsonb_agg(to_jsonb(y) order by y.kind, y.issuer, y.period), '[]'))
      from (select u.kind, u.issuer, u.period,
                   count(1) filter (where u.amount > u.most or u.pieces > u.most_pieces) as refused
              from used u group by u.kind, u.issuer, u.period) as y
     where y.refused > 0);
end $$;
