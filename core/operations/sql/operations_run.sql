-- Does what lines say, many at once, each as if it were alone and in their order; the one road of every operation that
-- no cash desk makes. p_keyed: each line has its key and is answered once. p_limited: limits are asked, and what breaks
-- one waits as an application with a hold. Answers in the order of the lines: done, limited, refused or repeated.
-- A line waits for the ones before it that it names, or that have its key: so there may be several passes.
-- Plans are made once a session: to make them anew for each list's length took longer than one line does.
create function rule.operations_run(
  p_who actor, p_at timestamptz, p_stream text, p_lines jsonb[], p_keyed boolean default true,
  p_limited boolean default true)
returns jsonb[] language plpgsql
set plan_cache_mode = force_generic_plan
as $$
declare
  results jsonb[] := array_fill(null::jsonb, array[cardinality(p_lines)]);
  left_over integer[] := array(select generate_subscripts(p_lines, 1));
  waiting integer[];
  answers jsonb[];
begin
  loop
    with line as materialized (
      select n, coalesce(lower(p_lines[n] ->> 'key'), 'line ' || n) as key, lower(p_lines[n] ->> 'of') as of
        from unnest(left_over) as n),
    first as materialized (
      select jsonb_object_agg(k.key, k.n) as of_key from (select l.key, min(l.n) as n from line l group by l.key) as k)
    select array_agg(l.n order by l.n) into waiting
      from line l
      cross join first f
     where (f.of_key ->> l.key)::integer = l.n and coalesce((f.of_key ->> l.of)::integer >= l.n, true);
    exit when waiting is null;
    answers := operations_pass(p_who, p_at, p_stream, array(select p_lines[w] from unnest(waiting) as w), p_keyed,
                               p_limited);
    for i in 1 .. cardinality(waiting) loop
      results[waiting[i]] := answers[i];
    end loop;
    left_over := array(select n from unnest(left_over) as n where results[n] is null);
  end loop;
  return results;
end $$;
