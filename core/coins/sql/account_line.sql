-- The newest line of an account among the operations up to one of them: its balance after it, and when it was. Each side
-- walks its own index back, and looks at operations one by one.
create function rule.account_line(
  p_account_id bigint, p_operation_id bigint, p_at timestamptz,
  out operation_id bigint, out balance bigint, out at timestamptz)
language sql stable
as $$
  select x.operation_id, x.after, x.at
    from (
      (select g.operation_id, g.line, g.debit_after as after, p.at
         from posting g
          cross join lateral (select o.at from operation o where o.id = g.operation_id limit 1) as p
        where g.debit_account_id = p_account_id and g.operation_id <= p_operation_id and p.at <= p_at
        order by g.operation_id desc, g.line desc
        limit 1)
      union all
      (select g.operation_id, g.line, g.credit_after, p.at
         from posting g
          cross join lateral (select o.at from operation o where o.id = g.operation_id limit 1) as p
        where g.credit_account_id = p_account_id and g.operation_id <= p_operation_id and p.at <= p_at
        order by g.operation_id desc, g.line desc
        limit 1)) as x
   order by x.operation_id desc, x.line desc
   limit 1
$$;
