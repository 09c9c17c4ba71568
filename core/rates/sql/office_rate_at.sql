-- An office's rate of a pair in force at a moment, if there is one.
create function rule.office_rate_at(p_office_id integer, p_base_id smallint, p_quote_id smallint, p_at timestamptz)
returns office_rate language plpgsql stable
as $$
declare
  r office_rate;
begin
  select * into r from office_rate
   where office_id = p_office_id and base_id = p_base_id and quote_id = p_quote_id and valid_from <= p_at
   order by valid_from desc limit 1;
  return r;
end $$;
