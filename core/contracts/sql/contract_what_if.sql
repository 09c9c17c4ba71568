-- The operations of a span of time priced again by a draft's terms, by kind and issuer: pieces, amount, commission then and
-- now, and how many would be refused (no price, the commission takes the whole amount, above the limit of one operation).
-- Of one contract's clients, or of all. One statement over the span; a screen asks for a month in several spans.
-- Only what a contract prices is there; taking a payment's hold is priced, and shown, as the payment that it is.
-- permission: contract:change
create function api.contract_what_if(
  p_terms jsonb, p_limits jsonb, p_contract_id integer, p_from timestamptz, p_to timestamptz)
returns jsonb language plpgsql security definer
set search_path from current
set work_mem = '128MB'
as $$
begin
  perform require('contract:change');
  if contract_findings(p_terms, p_limits) @> '[{"severity": "error"}]' then
    perform refuse('BO030', 'contract.faulty');
  end if;
  return (
    with term as materialized (
      select t.operation_kind, t.issuer_id, t.commission, t.payer, t.rounding, t.minimum, t.maximum,
             coalesce((x.one ->> 'from')::bigint, 0) as low,
             coalesce(lead((x.one ->> 'from')::bigint) over (partition by t.operation_kind, t.issuer_id
                                                             order by (x.one ->> 'from')::bigint), 9223372036854775807) as high,
             coalesce((x.one ->> 'percent')::numeric, t.percent) * 0.01 as part,
             (coalesce((x.one ->> 'percent')::numeric, t.percent) * 1000000)::bigint as ppm,
             coalesce((x.one ->> 'fixed')::bigint, t.fixed) as fixed,
             (select (l ->> 'amount')::bigint from jsonb_array_elements(p_limits) as l
               where l ->> 'operation_kind' = t.operation_kind and l ->> 'period' = 'operation'
                 and l ->> 'issuer' = (select i.code from issuer i where i.id = t.issuer_id)) as most
        from jsonb_array_elements(p_terms) as e
        cross join term_of(e) as t
        left join lateral jsonb_array_elements(case when t.commission = 'tiers' then t.tiers else '[]' end) as x (one) on true),
    -- Equal operations are priced once.
    done as (
      select o.kind, o.issuer_id, o.amount, count(1) as pieces, sum(o.commission) as fee
        from operation o
       where o.at >= p_from and o.at < p_to and o.version_id is not null
         and (p_contract_id is null
              or o.version_id = any (array(select v.id from contract_version v where v.contract_id = p_contract_id)))
       group by o.kind, o.issuer_id, o.amount),
    priced as (
      select k.kind, d.issuer_id, d.amount, d.pieces, d.fee, t.most, t.payer, t.operation_kind is null as unpriced,
             least(greatest(case t.commission
               when 'none' then 0
               when 'fixed' then t.fixed
               when 'percent' then r.share
               when 'greater_of' then greatest(t.fixed, r.share)
               when 'lesser_of' then least(t.fixed, r.share)
               else t.fixed + r.share end, coalesce(t.minimum, 0)), coalesce(t.maximum, 9223372036854775807)) as new_fee
        from done d
        join priced_kind k on k.kind = case d.kind when 'capture' then 'payment' else d.kind end
        left join term t on t.operation_kind = k.kind and t.issuer_id = d.issuer_id and d.amount >= t.low and d.amount < t.high
        -- Whole numbers as long as they hold the product: a numeric's multiplication and rounding cost ten times as much.
        left join lateral (select case
            when d.amount > 90000000000 or t.rounding = 'half_even' then round_named(d.amount * t.part, t.rounding)
            when t.rounding = 'half_up' then (d.amount * t.ppm + 50000000) / 100000000
            when t.rounding = 'up' then (d.amount * t.ppm + 99999999) / 100000000
            else d.amount * t.ppm / 100000000 end as share) as r on true),
    judged as (
      select p.kind, p.issuer_id, p.amount, p.pieces, p.fee, p.new_fee, p.unpriced,
             case p.payer when 'on_top' then false when 'out_of' then p.new_fee >= p.amount
                          else p.new_fee / 2 >= p.amount end as too_dear,
             coalesce(p.amount > p.most, false) as above
        from priced p)
    select jsonb_build_object('rows', coalesce(jsonb_agg(to_jsonb(y) order by y.kind, y.issuer), '[]'))
      from (select j.kind, i.code as issuer, i.scale, sum(j.pieces)::bigint as pieces, sum(j.amount * j.pieces)::bigint as amount,
                   sum(j.fee)::bigint as before,
                   coalesce(sum(j.new_fee * j.pieces) filter (where not (j.unpriced or j.too_dear or j.above)), 0)::bigint as after,
                   coalesce(sum(j.pieces) filter (where j.unpriced), 0)::bigint as unpriced,
                   coalesce(sum(j.pieces) filter (where j.too_dear and not j.unpriced), 0)::bigint as too_dear,
                   coalesce(sum(j.pieces) filter (where j.above and not j.unpriced and not j.too_dear), 0)::bigint as above_limit
              from judged j join issuer i on i.id = j.issuer_id
             group by j.kind, i.code, i.scale) as y);
end $$;
