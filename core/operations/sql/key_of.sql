-- A line's key, or null when it has none that is a UUID.
create function rule.key_of(p_line jsonb)
returns uuid language sql immutable
as $$
  select case when p_line ->> 'key' ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then (p_line ->> 'key')::uuid end
$$;
