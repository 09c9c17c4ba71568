-- Counts an operation in the client's counters; a counter whose period is past starts again.
create function rule.limits_use(p_client_id bigint, p_kind text, p_issuer_id smallint, p_on date, p_amount bigint)
returns void language plpgsql
as $$
begin
  update limit_used u
     set starts = n.starts, amounts = n.amounts, pieces = n.pieces
    from (select array_agg(s.start order by s.i) as starts,
                 array_agg(case when s.start = o.starts[s.i] then o.amounts[s.i] else 0 end + p_amount
                           order by s.i) as amounts,
                 array_agg(case when s.start = o.starts[s.i] then o.pieces[s.i] else 0 end + 1
                           order by s.i) as pieces
            from limit_used o
            cross join unnest(period_starts(p_on)) with ordinality as s (start, i)
           where o.client_id = p_client_id and o.operation_kind = p_kind and o.issuer_id = p_issuer_id) n
   where u.client_id = p_client_id and u.operation_kind = p_kind and u.issuer_id = p_issuer_id;
end $$;
