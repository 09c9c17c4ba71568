-- The first days of the day, week, month, quarter, year and life that a local date lies in, in that order.
create function rule.period_starts(p_on date)
returns date[] language sql immutable
as $$
  select array[p_on, date_trunc('week', p_on::timestamp)::date, date_trunc('month', p_on::timestamp)::date,
               date_trunc('quarter', p_on::timestamp)::date, date_trunc('year', p_on::timestamp)::date,
               date '-infinity']
$$;
