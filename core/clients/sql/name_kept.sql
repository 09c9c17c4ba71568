-- A name as it is kept: in one Unicode form, with single plain blanks.
create function rule.name_kept(p_name text)
returns text language sql immutable
as $$
  select btrim(regexp_replace(normalize(coalesce(p_name, ''), nfc),
                              '[[:space:]\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+', ' ', 'g'))
$$;
