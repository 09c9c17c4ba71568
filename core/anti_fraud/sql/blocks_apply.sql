-- Puts into a client or a coin what its blocks say together: the widest wins, infinity without an end. A client who was
-- blocked without a block (no moment is kept) stays so.
create function rule.blocks_apply(p_client_id bigint, p_coin_id bigint, p_at timestamptz)
returns boolean language plpgsql
as $$
begin
  if p_client_id is not null then
    perform from client c where c.id = p_client_id for no key update;
    update client c
       set blocked = b.until is not null, blocked_until = b.until
      from (select max(coalesce(x.expires_at, 'infinity')) as until from block x
             where x.client_id = p_client_id and x.state in ('blocked', 'unblock_requested')
               and coalesce(x.expires_at, 'infinity') > p_at) as b
     where c.id = p_client_id and not (c.blocked and c.blocked_until is null);
  end if;
  if p_coin_id is not null then
    perform from coin c where c.id = p_coin_id for no key update;
    update coin c
       set in_blocked_until = b.until_in, out_blocked_until = b.until_out
      from (select max(coalesce(x.expires_at, 'infinity')) filter (where x.direction in ('in', 'both')) as until_in,
                   max(coalesce(x.expires_at, 'infinity')) filter (where x.direction in ('out', 'both')) as until_out
              from block x
             where x.coin_id = p_coin_id and x.state in ('blocked', 'unblock_requested')
               and coalesce(x.expires_at, 'infinity') > p_at) as b
     where c.id = p_coin_id;
  end if;
  return true;
end $$;
