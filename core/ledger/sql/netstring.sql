-- A text so written that no two different lists of them give the same bytes: length:text, and ~, for null.
-- The cast keeps the body immutable, so that it is inlined: `integer || text` would be stable.
create function vault.netstring(p_part text)
returns text language sql immutable parallel safe
as $$
  select coalesce(octet_length(p_part)::text || ':' || p_part || ',', '~,')
$$;
