-- Refuses to decide about a day that the same person, under whatever account, was the cashier of.
create function rule.not_own_day(p_who actor, p_day desk_day)
returns void language plpgsql stable
as $$
begin
  if (select s.person_id from staff s where s.id = p_day.cashier_id) is not distinct from p_who.person_id then
    perform refuse('BO012', 'day.own');
  end if;
end $$;
