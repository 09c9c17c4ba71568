-- Redeem requests by bank that were approved and are in no payment file yet; amount: what the bank is to pay.
-- permission: bank:file
create view api.bank_payables as
select r.id, r.client_id, c.name as client, r.amount - (r.commission - r.on_top) as amount, i.code as issuer, i.scale, r.payee, r.iban, r.note, r.asked_at,
       r.decided_at
  from redeem_request r
  join client c on c.id = r.client_id
  join issuer i on i.id = r.issuer_id
 where r.kind = 'bank' and r.state = 'approved' and (select may('bank:file'));
