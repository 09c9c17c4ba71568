-- A client's facts as they are kept: the name in one Unicode form, the e-mail compared whatever its case and form, the
-- phone as + and digits (ITU-T E.164). Refuses what is not acceptable or belongs to another client.
create function rule.client_checked(
  p_client_id bigint, p_name text, p_email text, p_phone text, p_time_zone text,
  out name text, out email text, out phone text)
language plpgsql stable
as $$
begin
  name := btrim(regexp_replace(normalize(coalesce(p_name, ''), nfc), '[[:space:]]+', ' ', 'g'));
  if length(name) not between 1 and 200 or name ~ '[[:cntrl:]]' then
    perform refuse('BO030', 'client.name_invalid');
  end if;
  email := nullif(btrim(normalize(coalesce(p_email, ''), nfkc)), '');
  if length(email) > 254 or folded(email) !~ '^[^[:space:]@<>"]+@[^[:space:]@<>"]+[.][^[:space:]@<>"]+$' then
    perform refuse('BO030', 'client.email_invalid');
  end if;
  phone := nullif(regexp_replace(normalize(coalesce(p_phone, ''), nfkc), '[[:space:]()./-]+', '', 'g'), '');
  if phone like '00%' then
    phone := '+' || substr(phone, 3);
  end if;
  if phone !~ '^[+][0-9]{6,15}$' then
    perform refuse('BO030', 'client.phone_invalid');
  end if;
  if not exists (select from pg_timezone_names z where z.name = p_time_zone) then
    perform refuse('BO030', 'client.time_zone_unknown');
  end if;
  if exists (select from client c where c.email_key = folded(client_checked.email) and c.id is distinct from p_client_id) then
    perform refuse('BO030', 'client.email_taken');
  end if;
  if exists (select from client c where c.phone = client_checked.phone and c.id is distinct from p_client_id) then
    perform refuse('BO030', 'client.phone_taken');
  end if;
end $$;
