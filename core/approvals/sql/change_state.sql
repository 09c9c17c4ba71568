-- The state as people see it: what was approved is scheduled until its start, and applied from then on.
create function rule.change_state(p_state text, p_takes_effect_at timestamptz)
returns text language sql stable
as $$
  select case when p_state <> 'approved' then p_state
              when p_takes_effect_at > clock_timestamp() then 'scheduled'
              else 'applied' end
$$;
