-- A client with their coins, as the counter needs to see them.
create function rule.client_described(p_client_id bigint)
returns jsonb language sql stable
as $$
  select jsonb_build_object(
    'client_id', c.id, 'kind', c.kind, 'name', c.name, 'phone', c.phone, 'email', c.email, 'blocked',
    c.blocked and coalesce(c.blocked_until, 'infinity') > clock_timestamp(),
    'identified', c.identification = 'approved'
                  and coalesce(c.identified_until, 'infinity') >= (clock_timestamp() at time zone c.time_zone)::date,
    'coins', (select coalesce(jsonb_agg(jsonb_build_object(
                'coin_id', n.id, 'serial', n.serial, 'issuer', i.code, 'issuer_name', i.name, 'symbol', i.symbol,
                'scale', i.scale, 'issuer_kind', i.kind, 'cash', cardinality(i.denominations) > 0,
                'available', w.balance, 'held', h.balance, 'incoming', n.incoming, 'outgoing', n.outgoing,
                'closed', n.closed) order by i.position, i.id, n.id), '[]')
                from coin n
                join issuer i on i.id = n.issuer_id
                join account w on w.id = n.wallet_account_id
                join account h on h.id = n.hold_account_id
               where n.client_id = c.id))
    from client c
   where c.id = p_client_id
$$;
