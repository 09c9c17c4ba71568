-- By how many percent a middle rate is off the one before, when that is more than the pair's band; else null.
create function rule.off_band(p_base_id smallint, p_quote_id smallint, p_middle numeric, p_before numeric)
returns numeric language sql stable
as $$
  select round(abs(p_middle / p_before - 1) * 100, 3)
   where abs(p_middle / p_before - 1) * 100 >
         coalesce((select r.band_percent from rate_pair r where r.base_id = p_base_id and r.quote_id = p_quote_id), 5)
$$;
