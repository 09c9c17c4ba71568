-- Takes a chunk of lines of a payment front end in one transaction, and answers each in its place: done, limited (a limit
-- was broken: it waits as an application), repeated (its key has this answer already) or refused. A bad line stops no
-- other. In this order: sign-ups, quotes, operations, documents, tickets, so that a line finds what the chunk signed up.
-- permission: intake:take
create function api.intake_take(p_lines jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '10s'
as $$
declare
  who actor;
  at constant timestamptz := clock_timestamp();
  singles constant text[] := array['client', 'quote', 'document', 'ticket'];
  results jsonb[];
  operations jsonb;
  places integer[];
  answers jsonb;
  each record;
  params text;
begin
  who := require('intake:take');
  if jsonb_typeof(p_lines) is distinct from 'array' or jsonb_array_length(p_lines) not between 1 and 5000 then
    perform refuse('BO030', 'intake.lines', '{"limit": 5000}');
  end if;
  results := array_fill(null::jsonb, array[jsonb_array_length(p_lines)]);
  for each in
    select f.n, f.refusal from intake_faults(p_lines) f
    union all
    select l.n, no('BO030', 'client.time_zone_unknown')
      from jsonb_array_elements(p_lines) with ordinality as l (line, n)
     where l.line ->> 'do' = 'client' and l.line ->> 'time_zone' not in (select z.name from pg_timezone_names z)
  loop
    results[each.n] := coalesce(results[each.n], each.refusal || '{"status": "refused"}');
  end loop;
  for each in
    select l.n, l.line
      from jsonb_array_elements(p_lines) with ordinality as l (line, n)
     where l.line ->> 'do' in ('client', 'quote') and results[l.n] is null
     order by l.line ->> 'do', l.n
  loop
    results[each.n] := intake_single(who, at, each.line);
  end loop;
  select jsonb_agg(l.line order by l.n), array_agg(l.n order by l.n) into operations, places
    from jsonb_array_elements(p_lines) with ordinality as l (line, n)
   where results[l.n] is null and l.line ->> 'do' <> all (singles);
  if operations is not null then
    answers := operations_run(who, at, 'intake:' || who.staff_id, operations, true, true);
    for each in select a.n, a.answer from jsonb_array_elements(answers) with ordinality as a (answer, n) loop
      results[places[each.n]] := each.answer;
    end loop;
    perform intake_devices(at, operations, answers);
  end if;
  for each in
    select l.n, l.line
      from jsonb_array_elements(p_lines) with ordinality as l (line, n)
     where l.line ->> 'do' in ('document', 'ticket') and results[l.n] is null
     order by l.line ->> 'do', l.n
  loop
    results[each.n] := intake_single(who, at, each.line);
  end loop;
  perform intake_log(who, at, p_lines, results);
  return to_jsonb(results);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'intake.take', '{}');
end $$;
