-- How many operations of a span of time would pass a draft's limits by period, counted as they came: by kind, issuer and
-- period. What would have been refused still counts here as used, so it is a little more than would be refused. What is
-- set aside counts when it is, as the kind that it is for; what then goes on with it counts no more.
-- The span is read once: sums of each client's days tell where a limit is passed, and only that day is counted one by one.
-- permission: contract:change
create function api.contract_what_if_limits(p_limits jsonb, p_contract_id integer, p_from timestamptz, p_to timestamptz)
returns jsonb language plpgsql security definer
set search_path from current
set work_mem = '128MB'
-- Days are hashed: sorting the operations first takes a third longer.
set enable_sort = off
as $$
begin
  perform require('contract:change');
  if contract_findings('[]', p_limits) @> '[{"severity": "error"}]' then
    perform refuse('BO030', 'contract.faulty');
  end if;
  return (
    with lim as materialized (
      select row_number() over () as n, l ->> 'operation_kind' as kind, i.id as issuer_id, i.code as issuer,
             l ->> 'period' as period, (l ->> 'amount')::bigint as most, (l ->> 'pieces')::bigint as most_pieces
        from jsonb_array_elements(p_limits) as l join issuer i on i.code = l ->> 'issuer'
       where l ->> 'period' <> 'operation'),
    done as (
      select o.id, o.kind, o.issuer_id, o.client_id, o.amount, o.at
        from operation o
       where o.at >= p_from and o.at < p_to and o.version_id is not null and o.of_id is null
         and o.kind = any (array(select l.kind from lim l))
         and (p_contract_id is null
              or o.version_id = any (array(select v.id from contract_version v where v.contract_id = p_contract_id)))
      union all
      select o.id, h.kind, o.issuer_id, o.client_id, o.amount, o.at
        from hold h join operation o on o.id = h.operation_id
       where h.purpose <> 'application' and o.at >= p_from and o.at < p_to
         and h.kind = any (array(select l.kind from lim l))
         and (p_contract_id is null
              or o.version_id = any (array(select v.id from contract_version v where v.contract_id = p_contract_id)))),
    daily as (
      select d.client_id, d.kind, d.issuer_id, (d.at at time zone m.time_zone)::date as day, count(1) as pieces,
             sum(d.amount) as amount, array_agg(d.id) as ids, array_agg(d.amount) as amounts
        from done d join client m on m.id = d.client_id
       group by d.client_id, d.kind, d.issuer_id, (d.at at time zone m.time_zone)::date),
    running as (
      select l.n, l.most, l.most_pieces, d.pieces, d.ids, d.amounts,
             sum(d.amount) over w as amount_then, sum(d.amount) over w - d.amount as amount_first,
             sum(d.pieces) over w as pieces_then, sum(d.pieces) over w - d.pieces as pieces_first
        from daily d join lim l on l.kind = d.kind and l.issuer_id = d.issuer_id
      window w as (partition by l.n, d.client_id,
                     case l.period when 'day' then d.day when 'life' then '-infinity'
                                   else date_trunc(l.period, d.day::timestamp)::date end
                   order by d.day)),
    refused as (
      select r.n, case
          when r.amount_first > r.most or r.pieces_first >= r.most_pieces then r.pieces
          else (select count(1)
                  from (select sum(x.amount) over (order by x.id) as amount, row_number() over (order by x.id) as pieces
                          from unnest(r.ids, r.amounts) as x (id, amount)) as u
                 where r.amount_first + u.amount > r.most or r.pieces_first + u.pieces > r.most_pieces) end as pieces
        from running r
       where r.amount_then > r.most or r.pieces_then > r.most_pieces)
    select jsonb_build_object('rows', coalesce(jsonb_agg(to_jsonb(y) order by y.kind, y.issuer, y.period), '[]'))
      from (select l.kind, l.issuer, l.period, sum(r.pieces)::bigint as refused
              from refused r join lim l on l.n = r.n
             group by l.kind, l.issuer, l.period) as y);
end $$;
