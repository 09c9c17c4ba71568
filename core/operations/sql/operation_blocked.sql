-- Whether an operation is blocked: then it cannot be refunded, captured, reversed, approved or paid out.
create function rule.operation_blocked(p_operation_id bigint, p_at timestamptz)
returns boolean language plpgsql stable
as $$
begin
  return exists (
    select from block b
     where b.operation_id = p_operation_id and b.state in ('blocked', 'unblock_requested')
       and coalesce(b.expires_at, 'infinity') > p_at);
end $$;
