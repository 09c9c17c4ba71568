-- A line, locked after its account, and after the request and the coin that it means.
create function rule.statement_line_of(p_line_id bigint, out line statement_line, out account bank_account)
language plpgsql
as $$
begin
  select * into line from statement_line where id = p_line_id;
  if not found then
    perform refuse('BO022', 'statement_line.not_found');
  end if;
  account := bank_account_of(line.account_id);
  if line.request_id is not null then
    perform statement_lock(array[end_to_end_of(line.request_id)]);
  end if;
  select * into line from statement_line where id = p_line_id for no key update;
end $$;
