-- Adds a branch with its time zone (an IANA name), which fixes the cash date of its desks' days.
create function rule.branch_add(p_who actor, p_at timestamptz, p_name text, p_time_zone text)
returns integer language plpgsql
as $$
declare
  new_id integer;
begin
  perform p_at at time zone p_time_zone;
  insert into branch (name, time_zone) values (p_name, p_time_zone) returning id into new_id;
  perform log_write('system', p_who, 'branch.add', 'branch', new_id::text, null,
                    jsonb_build_object('name', p_name, 'time_zone', p_time_zone), false, p_at);
  return new_id;
end $$;
