-- Refuses operations on a day whose cash date is over: it may run into the next morning until its branch's
-- day_ends, and after that it can only be counted and closed.
create function rule.day_not_stale(p_day desk_day, p_at timestamptz)
returns boolean language plpgsql stable
as $$
begin
  if (select day_over(p_day.cash_date, b.day_ends, b.time_zone, p_at)
        from desk k join branch b on b.id = k.branch_id where k.id = p_day.desk_id) then
    perform refuse('BO021', 'day.stale', jsonb_build_object('date', p_day.cash_date));
  end if;
  return true;
end $$;
