-- An account's balance at a past moment: after its last line at or before it, 0 before the first one. The lines are in the
-- order of time but for those that were written at once; so halving finds a place at most an hour too late, and from
-- there it is a short walk back, however long ago the moment is.
create function rule.account_at(p_account_id bigint, p_at timestamptz, out balance bigint, out operation_id bigint)
language plpgsql stable
as $$
declare
  low bigint := 0;
  high bigint := (account_line(p_account_id, 9223372036854775807, 'infinity')).operation_id;
  middle bigint;
  found_line record;
begin
  while low < high loop
    middle := low + (high - low + 1) / 2;
    select * into found_line from account_line(p_account_id, middle, 'infinity');
    if found_line.at > p_at + interval '1 hour' then
      high := found_line.operation_id - 1;
    else
      low := middle;
    end if;
  end loop;
  select * into found_line from account_line(p_account_id, low, p_at);
  balance := coalesce(found_line.balance, 0);
  operation_id := found_line.operation_id;
end $$;
