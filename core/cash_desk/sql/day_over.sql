-- Whether a cash date is over for operations: it may run into the next morning until its branch's day_ends. One
-- expression, so that a statement that asks has it inlined.
create function rule.day_over(p_cash_date date, p_day_ends time, p_time_zone text, p_at timestamptz)
returns boolean language sql stable
as $$
  select p_at at time zone p_time_zone >= p_cash_date + 1 + p_day_ends
$$;
