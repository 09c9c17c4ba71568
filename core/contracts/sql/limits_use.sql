-- Counts an operation in the client's counters; a counter whose period is past starts again.
create function rule.limits_use(p_client_id bigint, p_kind text, p_issuer_id smallint, p_on date, p_amount bigint)
returns boolean language plpgsql
as $$
declare
  s date[];
begin
  -- While the day is still the one that was counted in last, so are all the other periods.
  update limit_used u
     set amounts = array[u.amounts[1] + p_amount, u.amounts[2] + p_amount, u.amounts[3] + p_amount,
                         u.amounts[4] + p_amount, u.amounts[5] + p_amount, u.amounts[6] + p_amount],
         pieces = array[u.pieces[1] + 1, u.pieces[2] + 1, u.pieces[3] + 1, u.pieces[4] + 1, u.pieces[5] + 1,
                        u.pieces[6] + 1]
   where u.client_id = p_client_id and u.operation_kind = p_kind and u.issuer_id = p_issuer_id and u.starts[1] = p_on;
  if found then
    return true;
  end if;
  s := period_starts(p_on);
  update limit_used u
     set starts = s,
         amounts = counted_on(u.amounts, u.starts, s, p_amount),
         pieces = counted_on(u.pieces, u.starts, s, 1)
   where u.client_id = p_client_id and u.operation_kind = p_kind and u.issuer_id = p_issuer_id;
  return true;
end $$;
