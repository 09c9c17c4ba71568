-- Files of payments that were made for banks; open: how many of their payments no statement has shown yet.
-- permission: bank:list
create view api.payment_files as
select f.id, f.message_id, f.made_at, p.name as made_by, a.iban, i.code as issuer, i.scale, f.pieces, f.total,
       encode(f.sha256, 'hex') as sha256,
       (select count(t.request_id) from payment_file_item t join redeem_request r on r.id = t.request_id
         where t.file_id = f.id and r.state = 'submitted') as open
  from payment_file f
  join bank_account a on a.id = f.account_id
  join issuer i on i.id = a.issuer_id
  join staff p on p.id = f.made_by_id
 where (select may('bank:list'));
