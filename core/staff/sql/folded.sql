-- A text as names, e-mails and phones are compared: one Unicode form, small letters, one blank at most.
create function auth.folded(p_text text)
returns text language sql immutable security definer
set search_path from current
as $$
  select lower(btrim(regexp_replace(normalize(coalesce(p_text, ''), nfkc), '[[:space:]]+', ' ', 'g')))
$$;
