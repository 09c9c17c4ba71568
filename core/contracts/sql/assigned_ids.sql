-- The clients that a payload names, without doubles. Refuses what is no list of numbers, and more than 100,000.
create function rule.assigned_ids(p_payload jsonb)
returns bigint[] language plpgsql stable
as $$
declare
  ids bigint[];
begin
  if jsonb_typeof(p_payload -> 'clients') is distinct from 'array' or jsonb_array_length(p_payload -> 'clients') = 0
     or exists (select from jsonb_array_elements(p_payload -> 'clients') as e where e::text !~ '^[0-9]{1,18}$') then
    perform refuse('BO030', 'assignment.clients');
  end if;
  if jsonb_array_length(p_payload -> 'clients') > 100000 then
    perform refuse('BO030', 'assignment.too_many');
  end if;
  select array_agg(distinct e::text::bigint order by e::text::bigint) into ids
    from jsonb_array_elements(p_payload -> 'clients') as e;
  return ids;
end $$;
