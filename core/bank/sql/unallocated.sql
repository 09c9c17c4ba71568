-- Money that came in and whose owner is not known yet. application: the one that waits for anti-fraud, or the last one
-- that gave nothing.
-- permission: bank:list
create view api.unallocated as
select l.id, l.statement_id, l.line, l.booked_on, l.amount, i.code as issuer, i.scale, l.remittance, l.counterparty,
       l.counterparty_iban, l.return_reason, l.end_to_end_id, a.iban, l.application_id, b.state as application_state
  from statement_line l
  join bank_account a on a.id = l.account_id
  join issuer i on i.id = a.issuer_id
  left join application b on b.id = l.application_id
 where l.state = 'unallocated' and b.state is distinct from 'processed'
   and (select may('bank:list'));
