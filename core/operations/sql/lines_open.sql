-- The places of the lines that can be done now: without an answer, and the first of those that go on with the same
-- operation or take the same offer.
create function rule.lines_open(p_lines jsonb[], p_results jsonb[], p_of_ids bigint[])
returns integer[] language sql immutable
as $$
  select coalesce(array_agg(x.n order by x.n), '{}')
    from (select e.n::integer as n,
                 row_number() over (partition by coalesce(e.of_id::text, e.l ->> 'quote', 'line ' || e.n)
                                    order by e.n) as turn
            from unnest(p_lines, p_results, p_of_ids) with ordinality as e (l, result, of_id, n)
           where e.result is null) as x
   where x.turn = 1
$$;
