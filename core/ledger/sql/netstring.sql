-- Joins texts so that no two different lists give the same bytes: length:text, and ~, for null.
create function vault.netstring(variadic p_parts text[])
returns text language plpgsql immutable parallel safe
as $$
begin
  return (
    select string_agg(case when part is null then '~,' else octet_length(part) || ':' || part || ',' end, '' order by i)
      from unnest(p_parts) with ordinality as u (part, i));
end $$;
