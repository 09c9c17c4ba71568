-- An account's balance at a past moment: after its last line at or before it, 0 before the first one. Each side walks
-- its index back from the newest line, so a recent moment costs little.
create function rule.account_at(p_account_id bigint, p_at timestamptz, out balance bigint, out operation_id bigint)
language plpgsql stable
as $$
begin
  select x.after, x.operation_id into balance, operation_id
    from (
      (select g.debit_after as after, g.operation_id, g.line
         from posting g join operation p on p.id = g.operation_id
        where g.debit_account_id = p_account_id and p.at <= p_at
        order by g.operation_id desc, g.line desc
        limit 1)
      union all
      (select g.credit_after, g.operation_id, g.line
         from posting g join operation p on p.id = g.operation_id
        where g.credit_account_id = p_account_id and p.at <= p_at
        order by g.operation_id desc, g.line desc
        limit 1)) as x
   order by x.operation_id desc, x.line desc
   limit 1;
  balance := coalesce(balance, 0);
end $$;
