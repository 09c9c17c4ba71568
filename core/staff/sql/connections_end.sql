-- Ends all connections of a login of staff in this database.
-- owner: bocli_watchdog
-- grant: bocli_provisioner
create function auth.connections_end(p_login name)
returns integer language sql volatile security definer
set search_path from current
as $$
  with theirs as materialized (
    select a.pid from pg_stat_activity a
     where a.datname = current_database() and a.usename = p_login and a.pid <> pg_backend_pid()
       and exists (select from staff m where m.login = p_login))
  select count(1) filter (where pg_terminate_backend(t.pid))::integer from theirs t
$$;
