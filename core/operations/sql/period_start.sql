-- The first day of the period that a local date lies in; of a single operation there is none.
create function rule.period_start(p_on date, p_period text)
returns date language sql immutable
as $$
  select case p_period
    when 'day' then p_on
    when 'life' then date '-infinity'
    when 'operation' then null
    else date_trunc(p_period, p_on::timestamp)::date end
$$;
