-- The statement of a coin's wallet: what came in, what went out, and the balance after each line. Asked by the wallet's
-- account and paged by (operation_id, line). The halves name no other table, so that each walks the index of its side
-- of a posting and a page costs the same wherever it lies. Operations and accounts are looked up one by one: a merge
-- with them would read all that happened since.
-- permission: coin:list
create view api.coin_lines as
select x.account_id, x.operation_id, x.line, p.at, p.kind, x.amount_in, x.amount_out, x.balance, a.kind as other,
       case when a.kind = 'CASH' then (select d.name from desk d where d.id = a.owner_id)
            when a.kind in ('WALLET', 'HOLD') then (select n.serial from coin n where n.id = a.owner_id)
       end as other_of,
       i.code as issuer, i.scale
  from (
    select g.debit_account_id as account_id, g.operation_id, g.line, 0::bigint as amount_in, g.amount as amount_out,
           g.debit_after as balance, g.credit_account_id as other_id, g.issuer_id
      from posting g
    union all
    select g.credit_account_id, g.operation_id, g.line, g.amount, 0::bigint, g.credit_after, g.debit_account_id,
           g.issuer_id
      from posting g) as x
  join account w on w.id = x.account_id and w.kind = 'WALLET'
  cross join lateral (select o.at, o.kind from operation o where o.id = x.operation_id limit 1) as p
  cross join lateral (select o.kind, o.owner_id from account o where o.id = x.other_id limit 1) as a
  join issuer i on i.id = x.issuer_id
 where (select may('coin:list'));
