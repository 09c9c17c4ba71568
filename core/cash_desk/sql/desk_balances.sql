-- Cash in each desk in each currency, by the books.
-- permission: cash_day:review
create view api.desk_balances with (security_barrier) as
select dc.desk_id, i.code as issuer, i.scale, a.balance
  from desk_currency dc
  join issuer i on i.id = dc.issuer_id
  join account a on a.id = dc.cash_account_id
 where (select may('cash_day:review'));
