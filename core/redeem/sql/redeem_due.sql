-- Expires cash requests whose time is over and gives back what they set aside; how many. 500 at most: what is left is due
-- the next time. A request that somebody works at, whose operation is blocked or whose issuer is off is left as it is.
create function rule.redeem_due(p_who actor, p_at timestamptz)
returns integer language plpgsql
as $$
declare
  due redeem_request[];
begin
  due := array(
    select r
      from redeem_request r
     where r.kind = 'cash' and r.state in ('pending', 'approved') and r.expires_at <= p_at
       and exists (select from issuer i where i.id = r.issuer_id and i.active)
       and not exists (select from hold h where h.id = r.hold_id and operation_blocked(h.operation_id, p_at))
     order by r.id
     limit 500
       for no key update skip locked);
  -- All locks, kind by kind, before the first is given back.
  perform from hold h where h.id in (select (u).hold_id from unnest(due) as u) order by h.id for no key update;
  perform from coin c where c.id in (select (u).coin_id from unnest(due) as u) order by c.id for no key update;
  perform limits_lock(k.client_id, k.kind, k.issuer_id)
    from (select distinct h.client_id, h.kind, h.issuer_id
            from hold h
           where h.id in (select (u).hold_id from unnest(due) as u) and h.counted_on is not null
           order by 1, 2, 3) as k;
  for i in 1 .. cardinality(due) loop
    perform redeem_given_back(p_who, p_at, 'redeem', 'redeem.expire', due[i], 'expired', null);
  end loop;
  return cardinality(due);
end $$;
