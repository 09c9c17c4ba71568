-- The company's bank accounts, with the last statement of each; waiting: payments that no statement has shown yet.
-- permission: bank:list
create view api.bank_accounts as
select a.id, a.iban, a.bic, a.name, i.code as issuer, i.scale, a.tolerance, a.active, l.closing, l.ends_on,
       coalesce(w.waiting, 0) as waiting
  from bank_account a
  join issuer i on i.id = a.issuer_id
  left join lateral (select s.closing, s.ends_on from bank_statement s where s.account_id = a.id
                      order by s.ends_on desc, s.id desc limit 1) as l on true
  left join (select f.account_id, count(r.id) as waiting
               from redeem_request r
               join payment_file_item t on t.request_id = r.id
               join payment_file f on f.id = t.file_id
              where r.state = 'submitted' group by f.account_id) as w on w.account_id = a.id
 where (select may('bank:list'));
