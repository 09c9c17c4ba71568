-- Takes a chunk of lines of a payment front end in one transaction, and answers each in its place: done, limited (a limit
-- was broken: it waits as an application), repeated (its key has this answer already) or refused. A bad line stops no
-- other. In this order: sign-ups, quotes, operations, documents, tickets, so that a line finds what the chunk signed up.
-- permission: intake:take
create function api.intake_take(p_lines jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '10s'
set plan_cache_mode = force_generic_plan
as $$
declare
  who actor;
  at constant timestamptz := clock_timestamp();
  singles constant text[] := array['client', 'quote', 'document', 'ticket'];
  lines jsonb[];
  results jsonb[];
  places integer[];
  operations jsonb[];
  answers jsonb[];
  each record;
  params text;
begin
  who := require('intake:take');
  if jsonb_typeof(p_lines) is distinct from 'array' or jsonb_array_length(p_lines) not between 1 and 5000 then
    perform refuse('BO030', 'intake.lines', '{"limit": 5000}');
  end if;
  lines := array(select l from jsonb_array_elements(p_lines) as l);
  results := array_fill(null::jsonb, array[cardinality(lines)]);
  for each in
    select f.n, f.refusal from intake_faults(lines) f
    union all
    select l.n, no('BO030', 'client.time_zone_unknown')
      from unnest(lines) with ordinality as l (line, n)
     -- All names of the world's time zones are read from files, which takes longer than a hundred lines.
     where case when l.line ->> 'do' = 'client'
                then l.line ->> 'time_zone' not in (select z.name from pg_timezone_names z) end
  loop
    results[each.n] := coalesce(results[each.n], each.refusal || '{"status": "refused"}');
  end loop;
  for each in
    select l.n, l.line
      from unnest(lines) with ordinality as l (line, n)
     where l.line ->> 'do' in ('client', 'quote') and results[l.n] is null
     order by l.line ->> 'do', l.n
  loop
    results[each.n] := intake_single(who, at, each.line);
  end loop;
  places := array(select n from generate_subscripts(lines, 1) as n
                   where results[n] is null and lines[n] ->> 'do' <> all (singles));
  if places <> '{}' then
    operations := array(select lines[p] from unnest(places) as p);
    answers := operations_run(who, at, 'intake:' || who.staff_id, operations, true, true);
    for i in 1 .. cardinality(places) loop
      results[places[i]] := answers[i];
    end loop;
    perform intake_devices(at, operations, answers);
  end if;
  for each in
    select l.n, l.line
      from unnest(lines) with ordinality as l (line, n)
     where l.line ->> 'do' in ('document', 'ticket') and results[l.n] is null
     order by l.line ->> 'do', l.n
  loop
    results[each.n] := intake_single(who, at, each.line);
  end loop;
  perform intake_log(who, at, lines, results);
  return to_jsonb(results);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'intake.take', '{}');
end $$;
