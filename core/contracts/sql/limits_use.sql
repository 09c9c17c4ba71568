-- Counts an operation in the client's counters; a counter whose period is past starts again.
create function rule.limits_use(p_client_id bigint, p_kind text, p_issuer_id smallint, p_on date, p_amount bigint)
returns boolean language plpgsql
as $$
declare
  s constant date[] := period_starts(p_on);
begin
  update limit_used u
     set starts = s,
         amounts = array[
           case when u.starts[1] = s[1] then u.amounts[1] else 0 end + p_amount,
           case when u.starts[2] = s[2] then u.amounts[2] else 0 end + p_amount,
           case when u.starts[3] = s[3] then u.amounts[3] else 0 end + p_amount,
           case when u.starts[4] = s[4] then u.amounts[4] else 0 end + p_amount,
           case when u.starts[5] = s[5] then u.amounts[5] else 0 end + p_amount,
           case when u.starts[6] = s[6] then u.amounts[6] else 0 end + p_amount],
         pieces = array[
           case when u.starts[1] = s[1] then u.pieces[1] else 0 end + 1,
           case when u.starts[2] = s[2] then u.pieces[2] else 0 end + 1,
           case when u.starts[3] = s[3] then u.pieces[3] else 0 end + 1,
           case when u.starts[4] = s[4] then u.pieces[4] else 0 end + 1,
           case when u.starts[5] = s[5] then u.pieces[5] else 0 end + 1,
           case when u.starts[6] = s[6] then u.pieces[6] else 0 end + 1]
   where u.client_id = p_client_id and u.operation_kind = p_kind and u.issuer_id = p_issuer_id;
  return true;
end $$;
