-- Clients by phone, e-mail, coin serial, or the beginning of a name (3 letters at least), at most 20, with their
-- coins; however they were typed. Each look-up leaves a trace with what was asked and how many were found.
-- permission: client:find
create function api.client_find(p_text text)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('client:find');
  asked constant text := btrim(left(normalize(left(coalesce(p_text, ''), 400), nfkc), 100));
  digits constant text := (client_kept(null, null, asked)).phone;
  found_ids bigint[];
  answer jsonb;
begin
  if length(asked) < 3 then
    perform refuse('BO030', 'client.search_short');
  end if;
  if asked like '%@%' then
    found_ids := array(select c.id from client c where c.email_key = folded(asked));
  elsif digits ~ '^[+]?[0-9]+$' then
    found_ids := array(select c.id from client c where c.phone = '+' || ltrim(digits, '+')
                       union select n.client_id from coin n where n.serial = digits);
  else
    found_ids := array(select c.id from client c
                        where c.name_key like regexp_replace(folded(asked), '([\\%_])', '\\\1', 'g') || '%'
                        order by c.name_key, c.id limit 20);
  end if;
  select coalesce(jsonb_agg(client_described(c.id) order by c.name_key, c.id), '[]') into answer
    from client c where c.id = any (found_ids);
  perform log_write('person:' || who.staff_id, who, 'client.find', 'client',
                    coalesce(found_ids[1]::text, ''), null,
                    jsonb_build_object('asked', asked, 'found', cardinality(found_ids)));
  return jsonb_build_object('clients', answer);
end $$;
