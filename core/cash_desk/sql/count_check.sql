-- Refuses a count that is not complete and exact for the currencies of a desk. p_counts is
-- [{"issuer": code, "lines": [[denomination in minor units, pieces], …]}, …].
create function rule.count_check(p_desk_id integer, p_counts jsonb)
returns void language plpgsql stable
as $$
declare
  held record;
  lines jsonb;
  line jsonb;
  denomination bigint;
begin
  if jsonb_typeof(p_counts) is distinct from 'array' then
    perform refuse('BO030', 'count.malformed');
  end if;
  if (select count(*) <> count(distinct c ->> 'issuer') from jsonb_array_elements(p_counts) as c)
     or exists (select from jsonb_array_elements(p_counts) as c
                 where not exists (select from desk_currency dc join issuer i on i.id = dc.issuer_id
                                    where dc.desk_id = p_desk_id and i.code = c ->> 'issuer')) then
    perform refuse('BO030', 'count.malformed');
  end if;
  for held in select i.code, i.scale, i.denominations from desk_currency dc join issuer i on i.id = dc.issuer_id
               where dc.desk_id = p_desk_id loop
    select c -> 'lines' into lines from jsonb_array_elements(p_counts) as c where c ->> 'issuer' = held.code;
    if jsonb_typeof(lines) is distinct from 'array' then
      perform refuse('BO030', 'count.issuer_missing', jsonb_build_object('issuer', held.code));
    end if;
    for line in select l from jsonb_array_elements(lines) as l loop
      if jsonb_typeof(line) <> 'array' or jsonb_typeof(line -> 0) is distinct from 'number'
         or (line ->> 0)::numeric <> all (held.denominations) then
        perform refuse('BO030', 'count.denomination_unknown', jsonb_build_object('issuer', held.code));
      end if;
    end loop;
    foreach denomination in array held.denominations loop
      select l into line from jsonb_array_elements(lines) as l where (l ->> 0)::numeric = denomination;
      if not found or jsonb_typeof(line -> 1) is distinct from 'number' then
        perform refuse('BO030', 'count.empty', jsonb_build_object(
          'issuer', held.code, 'denomination', trim_scale(denomination / 10::numeric ^ held.scale)));
      end if;
      if (line ->> 1)::numeric < 0 or (line ->> 1)::numeric % 1 <> 0 then
        perform refuse('BO030', 'count.negative', jsonb_build_object('issuer', held.code));
      end if;
      if (line ->> 1)::numeric > 1000000 then
        perform refuse('BO030', 'count.too_large', jsonb_build_object('issuer', held.code));
      end if;
    end loop;
    if jsonb_array_length(lines) <> cardinality(held.denominations) then
      perform refuse('BO030', 'count.malformed');
    end if;
  end loop;
end $$;
