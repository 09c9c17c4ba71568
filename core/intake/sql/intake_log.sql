-- Writes what a chunk did into the log: a line for each client, document and ticket that came in, and one with how many
-- lines were done, limited, repeated and refused, and why. Operations have a line of their batch. Last of all, since the
-- stream is one row that everybody waits for.
create function rule.intake_log(p_who actor, p_at timestamptz, p_lines jsonb[], p_results jsonb[])
returns void language plpgsql
as $$
declare
  stream constant text := 'intake:' || p_who.staff_id;
  each record;
  sums jsonb;
begin
  for each in
    select l.line, l.result, l.line ->> 'do' as act
      from unnest(p_lines, p_results) with ordinality as l (line, result, n)
     where l.result ->> 'status' = 'done' and l.line ->> 'do' in ('client', 'document', 'ticket')
     order by l.n
  loop
    perform log_write(
      stream, p_who, each.act || '.add', each.act, each.result ->> (each.act || '_id'), null,
      each.line - array['key', 'do', 'content', 'text'] || each.result - array['status', each.act || '_id'], false, p_at);
  end loop;
  with result as materialized (
    select r.result ->> 'status' as status, r.result ->> 'key' as reason from unnest(p_results) as r (result))
  select jsonb_build_object(
           'lines', count(1), 'done', count(1) filter (where x.status = 'done'),
           'limited', count(1) filter (where x.status = 'limited'),
           'repeated', count(1) filter (where x.status = 'repeated'),
           'refused', (select coalesce(jsonb_object_agg(y.reason, y.pieces), '{}')
                         from (select z.reason, count(1) as pieces from result z
                                where z.status = 'refused' group by z.reason) as y))
    into sums from result x;
  if (sums ->> 'repeated')::integer < (sums ->> 'lines')::integer then
    perform log_write(stream, p_who, 'intake.take', 'staff', p_who.staff_id::text, null, sums, false, p_at);
  end if;
end $$;
