-- All coins with what they hold, in minor units.
-- permission: coin:list
create view api.coins as
select n.id, n.serial, n.client_id, c.name as client, c.name_key as client_key, c.email, c.organization_id,
       o.name as organization, i.code as issuer, i.scale, n.kind, w.balance + h.balance as balance, h.balance as held,
       w.balance as available, n.incoming, n.outgoing, n.closed, n.created_at,
       n.wallet_account_id
  from coin n
  join client c on c.id = n.client_id
  left join organization o on o.id = c.organization_id
  join issuer i on i.id = n.issuer_id
  join account w on w.id = n.wallet_account_id
  join account h on h.id = n.hold_account_id
 where (select may('coin:list'));
