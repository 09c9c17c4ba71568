-- The clients of a list's lines, each an e-mail, a phone, a wallet's serial or a client's number: {"ids": [...], "unknown":
-- the places (from 1) of at most 1,000 that are nobody's, "unknown_count"}. Set-based: 100,000 lines at once.
-- permission: contract:change
create function api.clients_matched(p_lines jsonb)
returns jsonb language plpgsql security definer
set search_path from current
as $$
begin
  perform require('contract:change');
  if jsonb_typeof(p_lines) is distinct from 'array' or jsonb_array_length(p_lines) > 100000 then
    perform refuse('BO030', 'assignment.too_many');
  end if;
  return (
    with line as (
      select l.place, btrim(l.text) as text from jsonb_array_elements_text(p_lines) with ordinality as l (text, place)),
    matched as (
      select l.place, coalesce(
        case when l.text like '%@%' then (select m.id from client m where m.email_key = lower(l.text)) end,
        case when l.text ~ '^\+[0-9]{6,15}$' then (select m.id from client m where m.phone = l.text) end,
        case when l.text ~ '^[0-9]{12}$' then (select n.client_id from coin n where n.serial = l.text) end,
        case when l.text ~ '^[0-9]{1,11}$' then (select m.id from client m where m.id = l.text::bigint) end) as id
        from line l)
    select jsonb_build_object(
      'ids', (select coalesce(jsonb_agg(distinct x.id), '[]') from matched x where x.id is not null),
      'unknown_count', (select count(1) from matched x where x.id is null),
      'unknown', (select coalesce(jsonb_agg(x.place order by x.place), '[]')
                    from (select y.place from matched y where y.id is null order by y.place limit 1000) as x)));
end $$;
