-- A line's key, or null when it has none that is a UUID.
create function rule.key_of(p_line jsonb)
returns uuid language sql immutable
as $$
  select case when is_key(p_line ->> 'key') then (p_line ->> 'key')::uuid end
$$;
