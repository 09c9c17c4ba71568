-- An application that the asker has taken and may decide, locked.
create function rule.application_mine(p_who actor, p_application_id bigint, p_at timestamptz)
returns application language plpgsql
as $$
declare
  a constant application := application_open(p_who, p_application_id, p_at);
begin
  if a.state <> 'taken' then
    perform refuse('BO021', 'application.take_first');
  end if;
  if a.taken_by_id <> p_who.staff_id then
    perform refuse('BO021', 'application.taken_by', jsonb_build_object(
      'name', (select s.name from staff s where s.id = a.taken_by_id)));
  end if;
  return a;
end $$;
