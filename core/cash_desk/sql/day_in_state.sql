-- Refuses a day that is in none of the wanted states.
create function rule.day_in_state(p_day desk_day, variadic p_wanted text[])
returns boolean language plpgsql
as $$
begin
  if p_day.state <> all (p_wanted) then
    perform refuse('BO021', 'day.wrong_state', jsonb_build_object('state', p_day.state, 'wanted', p_wanted[1]));
  end if;
  return true;
end $$;
