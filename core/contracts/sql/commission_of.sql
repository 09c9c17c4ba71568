-- The commission of an amount by one term, in minor units. Percents are multiplied by 0.01 and not divided by 100: a
-- quotient of numerics has few digits after the point when it is large, and would be rounded twice.
create function rule.commission_of(p_term contract_term, p_amount bigint)
returns bigint language plpgsql immutable
as $$
declare
  -- Apart from its rounding, which is inlined and names it several times.
  exact constant numeric := p_amount * p_term.percent * 0.01;
  share constant bigint := round_named(exact, p_term.rounding);
  fee bigint;
begin
  if p_term.commission = 'tiers' then
    select (t ->> 'fixed')::bigint + round_named(p_amount * (t ->> 'percent')::numeric * 0.01, p_term.rounding)
      into fee
      from jsonb_array_elements(p_term.tiers) as t
     where (t ->> 'from')::bigint <= p_amount
     order by (t ->> 'from')::bigint desc
     limit 1;
  else
    fee := case p_term.commission
             when 'percent' then share
             when 'fixed' then p_term.fixed
             when 'fixed_plus_percent' then p_term.fixed + share
             when 'greater_of' then greatest(p_term.fixed, share)
             when 'lesser_of' then least(p_term.fixed, share)
           end;
  end if;
  fee := coalesce(fee, 0);
  if p_term.minimum is not null then
    fee := greatest(fee, p_term.minimum);
  end if;
  if p_term.maximum is not null then
    fee := least(fee, p_term.maximum);
  end if;
  return fee;
end $$;
