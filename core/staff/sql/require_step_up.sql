-- Refuses a grave act without a fresh second factor.
create function auth.require_step_up(p_who actor)
returns void language plpgsql security definer
set search_path from current
as $$
begin
  if not step_up_fresh(p_who) then
    perform refuse('BO015', 'step_up.needed');
  end if;
end $$;
