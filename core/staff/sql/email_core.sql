-- The part of an e-mail that stays when what many providers ignore is taken out: dots and what follows a plus sign.
create function auth.email_core(p_email text)
returns text language sql immutable security definer
set search_path from current
as $$
  select replace(regexp_replace(split_part(folded(p_email), '@', 1), '[+].*$', ''), '.', '') || '@'
         || split_part(folded(p_email), '@', 2)
$$;
