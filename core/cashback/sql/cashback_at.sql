-- The version of a merchant's cashback in force at a moment in an issuer's unit: of its first profile that pays any.
create function rule.cashback_at(p_organization_id integer, p_issuer_id smallint, p_at timestamptz)
returns table (
  version_id integer, percent numeric, cap bigint, hold_days smallint, budget bigint, clawback boolean, paid_by text)
language sql stable
as $$
  select v.id, v.percent, v.cap, v.hold_days, v.budget, v.clawback, v.paid_by
    from cashback_profile c
    cross join lateral (
      select x.id, x.percent, x.cap, x.hold_days, x.budget, x.clawback, x.paid_by
        from cashback_version x
       where x.profile_id = c.id and x.issuer_id = p_issuer_id and x.valid_from <= p_at
       order by x.valid_from desc
       limit 1) as v
   where c.organization_id = p_organization_id and v.percent > 0
   order by c.id
   limit 1
$$;
