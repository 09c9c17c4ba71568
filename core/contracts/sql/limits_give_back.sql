-- Gives back what an operation used of the client's limits, when it is reversed or refused: in each period that is still
-- the one it was counted in. p_on is the client's local date at which it was counted.
create function rule.limits_give_back(p_client_id bigint, p_kind text, p_issuer_id smallint, p_on date, p_amount bigint)
returns boolean language plpgsql
as $$
declare
  s constant date[] := period_starts(p_on);
begin
  perform limits_lock(p_client_id, p_kind, p_issuer_id);
  update limit_used u
     set amounts = (select array_agg(case when u.starts[i] = s[i] then greatest(u.amounts[i] - p_amount, 0)
                                          else u.amounts[i] end order by i) from generate_series(1, 6) as i),
         pieces = (select array_agg(case when u.starts[i] = s[i] then greatest(u.pieces[i] - 1, 0)
                                         else u.pieces[i] end order by i) from generate_series(1, 6) as i)
   where u.client_id = p_client_id and u.operation_kind = p_kind and u.issuer_id = p_issuer_id;
  return true;
end $$;
