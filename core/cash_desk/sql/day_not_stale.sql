-- Refuses operations on a day whose cash date is over: it may run into the next morning until its branch's
-- day_ends, and after that it can only be counted and closed.
create function rule.day_not_stale(p_day desk_day, p_at timestamptz)
returns boolean language plpgsql stable
as $$
declare
  b branch;
begin
  select b1.* into b from desk k join branch b1 on b1.id = k.branch_id where k.id = p_day.desk_id;
  if p_at at time zone b.time_zone >= p_day.cash_date + 1 + b.day_ends then
    perform refuse('BO021', 'day.stale', jsonb_build_object('date', p_day.cash_date));
  end if;
  return true;
end $$;
