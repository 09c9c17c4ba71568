-- Things by what people know of them: an e-mail, a phone, a serial, a number, the beginning of a name. Ten at most. Each
-- kind is looked for only when the one who asks may see its list, and only the rows that this list shows them. Clients
-- and coins that were found leave one trace.
-- permission: staff
create function api.things(p_text text)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('staff');
  asked constant text := left(btrim(coalesce(p_text, '')), 100);
  key constant text := folded(asked);
  digits constant text := regexp_replace(asked, '[^0-9]', '', 'g');
  is_number constant boolean := asked ~ '^#?[0-9]{1,18}$';
  begins constant text := regexp_replace(key, '([\\%_])', '\\\1', 'g') || '%';
  found jsonb := '[]';
begin
  if length(asked) < 3 and not is_number then
    perform refuse('BO030', 'client.search_short');
  end if;
  if may('client:read') then
    found := found || (select coalesce(jsonb_agg(jsonb_build_object('kind', 'client', 'id', c.id, 'title', c.name,
        'note', coalesce(c.phone, c.email, ''))), '[]')
      from (select x.id, x.name, x.phone, x.email from client x
             where x.email_key = key or x.phone = '+' || digits
                or (not is_number and x.name_key like begins)
             order by x.name_key, x.id limit 5) as c);
  end if;
  if may('coin:list') and length(digits) = 12 then
    found := found || (select coalesce(jsonb_agg(jsonb_build_object('kind', 'coin', 'id', n.id, 'title', n.serial,
        'note', c.name)), '[]')
      from coin n join client c on c.id = n.client_id where n.serial = digits);
  end if;
  if is_number and may('operation:list') then
    found := found || (select coalesce(jsonb_agg(jsonb_build_object('kind', 'transaction', 'id', o.id,
        'title', o.id::text, 'note', o.kind)), '[]')
      from operation o where o.id = digits::bigint);
  elsif is_number and (may('cash_operation:all') or may('cash_operation:list')) then
    found := found || (select coalesce(jsonb_agg(jsonb_build_object('kind', 'operation', 'id', o.id,
        'title', o.id::text, 'note', o.kind)), '[]')
      from operation o
     where o.id = digits::bigint and o.kind in ('cash_top_up', 'cash_withdrawal')
       and (may('cash_operation:all') or o.actor_id = who.staff_id));
  end if;
  if may('application:list') and is_number then
    found := found || (select coalesce(jsonb_agg(jsonb_build_object('kind', 'application', 'id', a.id,
        'title', a.id::text, 'note', c.name)), '[]')
      from application a join client c on c.id = a.client_id where a.id = digits::bigint);
  end if;
  if may('change:list') and is_number then
    found := found || (select coalesce(jsonb_agg(jsonb_build_object('kind', 'change_request', 'id', r.id,
        'title', r.id::text, 'note', r.title)), '[]')
      from change_request r
     where r.id = digits::bigint and r.kind = any (change_kinds_seen())
       and (r.submitted_at is not null or r.alone or r.maker_id = who.staff_id));
  end if;
  if is_number and (may('redeem:list') or may('redeem:pay')) then
    found := found || (select coalesce(jsonb_agg(jsonb_build_object(
        'kind', case when may('redeem:list') then 'redeem_request' else 'redeem_pay' end, 'id', r.id,
        'title', r.id::text, 'note', i.code)), '[]')
      from redeem_request r
      join issuer i on i.id = r.issuer_id
     where r.id = digits::bigint and (may('redeem:list') or (r.kind = 'cash' and r.state = 'approved')));
  end if;
  if may('contract:list') and not is_number then
    found := found || (select coalesce(jsonb_agg(jsonb_build_object('kind', 'contract', 'id', k.id, 'title', k.name,
        'note', '')), '[]')
      from (select x.id, x.name from contract x where folded(x.name) like begins order by x.name limit 5) as k);
  end if;
  if may('staff:list') and not is_number then
    found := found || (select coalesce(jsonb_agg(jsonb_build_object('kind', 'staff', 'id', m.id, 'title', m.name,
        'note', m.email)), '[]')
      from (select x.id, x.name, x.email from staff x
             where looks_after(who.staff_id, x.role)
               and (x.email = key or x.phone = '+' || digits or folded(x.name) like begins)
             order by x.name, x.id limit 5) as m);
  end if;
  if may('organization:list') and not is_number then
    found := found || (select coalesce(jsonb_agg(jsonb_build_object('kind', 'organization', 'id', o.id,
        'title', o.name, 'note', o.kind)), '[]')
      from (select x.id, x.name, x.kind from organization x where folded(x.name) like begins
             order by x.name limit 5) as o);
  end if;
  found := (select coalesce(jsonb_agg(f.thing order by f.at), '[]')
              from jsonb_array_elements(found) with ordinality as f (thing, at) where f.at <= 10);
  if jsonb_array_length(found) > 0 then
    perform log_write('person:' || who.staff_id, who, 'things.find', 'search', left(asked, 40), null,
                      jsonb_build_object('asked', asked, 'found', jsonb_array_length(found)));
  end if;
  return jsonb_build_object('things', found);
end $$;
