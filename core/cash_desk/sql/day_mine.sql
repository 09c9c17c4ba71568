-- Refuses a day that is not this cashier's.
create function rule.day_mine(p_who actor, p_day desk_day)
returns boolean language plpgsql
as $$
begin
  if p_day.cashier_id is distinct from p_who.staff_id then
    perform refuse('BO012', 'day.not_yours');
  end if;
  return true;
end $$;
