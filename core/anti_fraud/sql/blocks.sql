-- All blocks of clients, coins and operations. client: whom it concerns, of a coin its owner; of an operation its client.
-- permission: block:list
create view api.blocks with (security_barrier) as
select b.id, case when b.client_id is not null then 'client' when b.coin_id is not null then 'coin' else 'operation' end
         as target,
       coalesce(b.client_id, n.client_id, o.client_id) as client_id, c.name as client, c.name_key as client_key, c.email,
       b.coin_id, n.serial, b.operation_id, b.direction, b.kind, b.reason, m.name as made_by, b.made_at, b.expires_at,
       b.request_id, b.ended_at, e.name as ended_by, b.state
  from block b
  join staff m on m.id = b.made_by_id
  left join coin n on n.id = b.coin_id
  left join operation o on o.id = b.operation_id
  left join client c on c.id = coalesce(b.client_id, n.client_id, o.client_id)
  left join staff e on e.id = b.ended_by_id
 where (select may('block:list'));
