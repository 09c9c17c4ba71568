-- Lines of the statements. One whose money waits for anti-fraud is `waiting`; once that application was processed the
-- line is `matched`.
-- permission: bank:list
create view api.statement_lines as
select l.id, l.statement_id, l.account_id, s.statement, l.line, l.booked_on, l.side, l.amount,
       case l.side when 'debit' then -l.amount else l.amount end as signed, i.code as issuer, i.scale, l.end_to_end_id,
       l.servicer_ref, l.remittance, l.counterparty, l.counterparty_iban, l.return_reason, l.request_id, l.difference,
       l.operation_id, coalesce(l.last_operation_id, b.operation_id) as last_operation_id, l.application_id,
       c.serial, m.name as client, l.reason, d.name as decided_by, l.decided_at,
       case when l.state = 'unallocated' and b.state = 'processed' then 'matched'
            when l.state = 'unallocated' and b.state in ('limited', 'taken', 'approved') then 'waiting'
            else l.state end as state
  from statement_line l
  join bank_statement s on s.id = l.statement_id
  join bank_account a on a.id = l.account_id
  join issuer i on i.id = a.issuer_id
  left join application b on b.id = l.application_id
  left join coin c on c.id = l.coin_id
  left join client m on m.id = c.client_id
  left join staff d on d.id = l.decided_by_id
 where (select may('bank:list'));
