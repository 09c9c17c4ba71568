-- How long to wait after so many wrong codes in a row: nothing for four, then 1, 2, 4, 8 and at most 15 minutes.
create function auth.lock_out_seconds(p_failures bigint)
returns integer language sql immutable
set search_path from current
as $$
  select case when p_failures < 5 then 0 else least(60 * 2 ^ least(p_failures - 5, 10)::numeric, 900)::integer end
$$;
