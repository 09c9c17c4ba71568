-- What is to be known of coins before they give or take, by place: whose, in what unit, its accounts, the version of terms
-- in force, the client's own date and whether they are identified at it, and why it may not give or take now (null: it may).
create function rule.coins_facts(
  p_coins bigint[], p_at timestamptz, out clients bigint[], out issuers smallint[], out codes text[],
  out scales smallint[], out bonus boolean[], out merchants boolean[], out wallets bigint[], out holds bigint[],
  out versions integer[], out days date[], out known boolean[], out organizations integer[], out out_refusals text[],
  out in_refusals text[])
language plpgsql stable
as $$
begin
  select array_agg(x.client_id), array_agg(x.issuer_id), array_agg(x.code), array_agg(x.scale), array_agg(x.bonus),
         array_agg(x.merchant), array_agg(x.wallet_account_id), array_agg(x.hold_account_id), array_agg(x.version_id),
         array_agg(x.today),
         array_agg(x.identification = 'approved' and coalesce(x.identified_until, 'infinity') >= x.today),
         array_agg(x.organization_id), array_agg(x.out_refusal), array_agg(x.in_refusal)
    into clients, issuers, codes, scales, bonus, merchants, wallets, holds, versions, days, known, organizations,
         out_refusals, in_refusals
    from (select c.client_id, c.issuer_id, i.code, i.scale, i.kind = 'bonus' as bonus, c.kind = 'merchant' as merchant,
                 c.wallet_account_id, c.hold_account_id,
                 (select v.version_id from version_at(m.id, p_at) as v) as version_id,
                 (p_at at time zone m.time_zone)::date as today, m.identification, m.identified_until,
                 m.organization_id, side_refusal(c, m, o.state, i.active, true, p_at) as out_refusal,
                 side_refusal(c, m, o.state, i.active, false, p_at) as in_refusal
            from unnest(p_coins) with ordinality as u (id, place)
            join coin c on c.id = u.id
            join client m on m.id = c.client_id
            join issuer i on i.id = c.issuer_id
            left join organization o on o.id = m.organization_id
           order by u.place) as x;
end $$;
