-- Statements that were imported; waiting: lines that an accountant has to look at.
-- permission: bank:list
create view api.bank_statements as
select s.id, s.account_id, a.iban, i.code as issuer, i.scale, s.statement, s.sequence, s.starts_on, s.ends_on, s.opening,
       s.closing, s.gap, s.pieces, encode(s.sha256, 'hex') as sha256, s.imported_at, p.name as imported_by,
       (select count(l.id) from statement_line l
         where l.statement_id = s.id and l.state in ('unallocated', 'differs', 'unmatched')) as waiting
  from bank_statement s
  join bank_account a on a.id = s.account_id
  join issuer i on i.id = a.issuer_id
  join staff p on p.id = s.imported_by_id
 where (select may('bank:list'));
