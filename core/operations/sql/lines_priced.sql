-- The price of each line that moves money from one coin to another, or onto or within one: its amount (null: it has none),
-- the term's commission, who pays it and whether it asks for identification (payer null: there is no term), the account
-- that takes it, and the merchant's cashback. p_issuers, p_scales: the line's unit; p_priced: the kind whose terms hold.
create function rule.lines_priced(
  p_at timestamptz, p_lines jsonb[], p_priced text[], p_versions integer[], p_issuers smallint[], p_scales smallint[],
  p_merchants integer[], out amounts bigint[], out fees bigint[], out payers text[], out needs boolean[],
  out incomes bigint[], out cashback_ids integer[], out cashback_percents numeric[], out cashback_caps bigint[],
  out cashback_payers text[])
language plpgsql stable
as $$
begin
  with given as materialized (
    select e.i, e.priced, e.version_id, e.issuer_id, e.merchant_id, amount_given(e.l, e.scale) as amount
      from unnest(p_lines, p_priced, p_versions, p_issuers, p_scales, p_merchants) with ordinality
             as e (l, priced, version_id, issuer_id, scale, merchant_id, i))
  select array_agg(x.amount), array_agg(x.fee), array_agg(x.payer), array_agg(x.needs_identification),
         array_agg(x.income), array_agg(x.cashback_id), array_agg(x.percent), array_agg(x.cap), array_agg(x.paid_by)
    into amounts, fees, payers, needs, incomes, cashback_ids, cashback_percents, cashback_caps, cashback_payers
    from (select e.amount, g.payer, g.needs_identification, ca.id as income, b.version_id as cashback_id, b.percent,
                 b.cap, b.paid_by,
                 case when g.version_id is not null and e.amount > 0 then commission_of(g, e.amount) else 0 end as fee
            from given e
            left join contract_term g
              on g.version_id = e.version_id and g.operation_kind = e.priced and g.issuer_id = e.issuer_id
            left join operation_kind k on k.kind = e.priced
            left join account ca on ca.kind = 'COMMISSION' and ca.issuer_id = e.issuer_id and ca.owner_id = k.id
            left join lateral (
              select v.version_id, v.percent, v.cap, v.paid_by from cashback_at(e.merchant_id, e.issuer_id, p_at) as v
               where e.merchant_id is not null) as b on true
           order by e.i) as x;
end $$;
