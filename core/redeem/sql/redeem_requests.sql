-- All redeem requests with what their hold sets aside; of a cash request that is open, whether a desk that is open has the
-- cash.
-- permission: redeem:list
create view api.redeem_requests with (security_barrier) as
select r.id, r.kind, r.state, r.client_id, c.name as client, n.serial, i.code as issuer, i.scale, r.amount,
       r.commission, r.amount - (r.commission - r.on_top) as pays, r.payee, r.iban, r.note, r.asked_at, r.expires_at,
       r.decided_at, s.name as decided_by, r.reason,
       case when h.state = 'active' then h.amount + h.on_top else 0 end as held,
       case when r.kind = 'cash' and r.state in ('pending', 'approved') then exists (
         select from desk_day d
           join desk_currency x on x.desk_id = d.desk_id and x.issuer_id = r.issuer_id
           join account a on a.id = x.cash_account_id
          where d.state = 'open' and a.balance >= r.amount - (r.commission - r.on_top)) end as at_desk
  from redeem_request r
  join client c on c.id = r.client_id
  join coin n on n.id = r.coin_id
  join issuer i on i.id = r.issuer_id
  join hold h on h.id = r.hold_id
  left join staff s on s.id = r.decided_by_id
 where (select may('redeem:list'));
