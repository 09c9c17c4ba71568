-- Who is asking, with a live session, whatever duty is open: for the functions by which duties are done.
create function auth.present()
returns actor language sql security definer
set search_path from current
as $$
  select who from session_now()
$$;
