-- A client's facts as they are kept. Refuses what is not acceptable or belongs to another client. p_zone_known: who
-- signs many up has looked at all their time zones at once, since the list of them takes long to read.
create function rule.client_checked(
  p_client_id bigint, p_name text, p_email text, p_phone text, p_time_zone text, p_language text,
  p_zone_known boolean default false,
  out name text, out email text, out phone text)
language plpgsql stable
as $$
declare
  kept record;
begin
  kept := client_kept(p_name, p_email, p_phone);
  name := kept.name;
  email := kept.email;
  phone := kept.phone;
  if length(name) not between 1 and 200 or has_unseen(name) then
    perform refuse('BO030', 'client.name_invalid');
  end if;
  if length(email) > 254 or has_unseen(email) or email ~ '[\u200c\u200d]'
     or email !~ '^[^[:space:]@<>"]+@[^[:space:]@<>"]+[.][^[:space:]@<>"]+$' then
    perform refuse('BO030', 'client.email_invalid');
  end if;
  if phone !~ '^[+][1-9][0-9]{5,14}$' then
    perform refuse('BO030', 'client.phone_invalid');
  end if;
  if not p_zone_known and not exists (select from pg_timezone_names z where z.name = p_time_zone) then
    perform refuse('BO030', 'client.time_zone_unknown');
  end if;
  if p_language !~ '^[a-z]{2,3}$' then
    perform refuse('BO030', 'client.language_unknown');
  end if;
  if exists (select from client c where c.email_key = folded(client_checked.email) and c.id is distinct from p_client_id) then
    perform refuse('BO030', 'client.email_taken');
  end if;
  if exists (select from client c where c.phone = client_checked.phone and c.id is distinct from p_client_id) then
    perform refuse('BO030', 'client.phone_taken');
  end if;
end $$;
