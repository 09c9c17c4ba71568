-- Does what lines say, many at once, each as if it were alone and in their order; the one road of every operation that
-- no cash desk makes. p_keyed: each line has its key and is answered once. p_limited: limits are asked, and what breaks
-- one waits as an application with a hold. Answers in the order of the lines: done, limited, refused or repeated.
-- A line waits for the ones before it that it names, or that have its key: so there may be several passes.
create function rule.operations_run(
  p_who actor, p_at timestamptz, p_stream text, p_lines jsonb, p_keyed boolean default true,
  p_limited boolean default true)
returns jsonb language plpgsql
as $$
declare
  lines constant jsonb[] := array(select e from jsonb_array_elements(p_lines) as e);
  results jsonb[] := array_fill(null::jsonb, array[cardinality(lines)]);
  waiting integer[];
  answers jsonb[];
begin
  loop
    with left_over as materialized (
      select e.n::integer as n, coalesce(lower(e.l ->> 'key'), 'line ' || e.n) as key, lower(e.l ->> 'of') as of
        from unnest(lines, results) with ordinality as e (l, result, n)
       where e.result is null),
    first as materialized (
      select jsonb_object_agg(k.key, k.n) as of_key
        from (select l.key, min(l.n) as n from left_over l group by l.key) as k)
    select array_agg(l.n order by l.n) into waiting
      from left_over l
      cross join first f
     where (f.of_key ->> l.key)::integer = l.n and coalesce((f.of_key ->> l.of)::integer >= l.n, true);
    exit when waiting is null;
    answers := operations_pass(p_who, p_at, p_stream, array(select lines[w] from unnest(waiting) as w), p_keyed,
                               p_limited);
    for i in 1 .. cardinality(waiting) loop
      results[waiting[i]] := answers[i];
    end loop;
  end loop;
  return to_jsonb(results);
end $$;
