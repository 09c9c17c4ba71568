-- The statement of a coin's wallet: what came in, what went out, and the balance after each line. Asked by coin_id and
-- paged by (operation_id, line); each half walks the index of its side of a posting.
-- permission: coin:list
create view api.coin_lines as
select x.coin_id, x.operation_id, x.line, p.at, p.kind, x.amount_in, x.amount_out, x.balance, a.kind as other,
       x.issuer, x.scale
  from (
    select n.id as coin_id, g.operation_id, g.line, 0::bigint as amount_in, g.amount as amount_out,
           g.debit_after as balance, g.credit_account_id as other_id, i.code as issuer, i.scale
      from coin n
      join posting g on g.debit_account_id = n.wallet_account_id
      join issuer i on i.id = n.issuer_id
    union all
    select n.id, g.operation_id, g.line, g.amount, 0::bigint, g.credit_after, g.debit_account_id, i.code, i.scale
      from coin n
      join posting g on g.credit_account_id = n.wallet_account_id
      join issuer i on i.id = n.issuer_id) as x
  join operation p on p.id = x.operation_id
  join account a on a.id = x.other_id
 where (select may('coin:list'));
