-- The number of the redeem request that a bank names, or null when it names none of ours.
create function rule.request_named(p_end_to_end_id text)
returns bigint language sql immutable
as $$
  select case when p_end_to_end_id ~ '^BOCLI-[1-9][0-9]{0,17}$' then substr(p_end_to_end_id, 7)::bigint end
$$;
