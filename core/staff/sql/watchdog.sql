-- Ends connections of staff that keep a transaction open and do nothing for over 2 seconds, or run one statement
-- for over a minute: they may hold what others wait for. Called by a program that met a lock.
-- permission: staff
-- owner: bocli_watchdog
create function api.watchdog()
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('staff');
  ended integer;
begin
  -- materialized: the order in which conditions are tested is the planner's, and ending is no condition
  with stuck as materialized (
    select a.pid
      from pg_stat_activity a
     where a.datname = current_database() and a.pid <> pg_backend_pid()
       and a.usename in (select m.login from staff m)
       and (a.state in ('idle in transaction', 'idle in transaction (aborted)')
            and a.state_change < clock_timestamp() - interval '2 seconds'
            or a.state = 'active' and a.query_start < clock_timestamp() - interval '1 minute'))
  select count(1) filter (where pg_terminate_backend(s.pid)) into ended from stuck s;
  return jsonb_build_object('ended', ended);
end $$;
