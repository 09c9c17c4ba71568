-- The system's rate of a pair in force at a moment, if there is one.
create function rule.system_rate_at(p_base_id smallint, p_quote_id smallint, p_at timestamptz)
returns system_rate language plpgsql stable
as $$
declare
  r system_rate;
begin
  select * into r from system_rate
   where base_id = p_base_id and quote_id = p_quote_id and valid_from <= p_at order by valid_from desc limit 1;
  return r;
end $$;
