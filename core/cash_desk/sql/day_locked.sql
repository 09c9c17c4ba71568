-- A desk day locked for change, with what its branch says about it; refused when there is no such day.
create function rule.day_locked(p_day_id bigint)
returns desk_day language plpgsql
as $$
declare
  d desk_day;
begin
  select * into d from desk_day where id = p_day_id for update;
  if not found then
    perform refuse('BO022', 'day.not_found');
  end if;
  return d;
end $$;
