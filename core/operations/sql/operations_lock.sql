-- Locks what lines will look at and change, in the one order: redeem requests, applications, holds, offers, coins, each by
-- their ids.
create function rule.operations_lock(p_lines jsonb[], p_coins bigint[], p_of_ids bigint[])
returns void language plpgsql
as $$
declare
  offers uuid[];
  all_coins bigint[] := p_coins;
begin
  if array_remove(p_of_ids, null) <> '{}' then
    perform from redeem_request r
      where r.hold_id in (select h.id from hold h where h.operation_id = any (p_of_ids))
      order by r.id for no key update;
    perform from application a
      where a.hold_id in (select h.id from hold h where h.operation_id = any (p_of_ids))
      order by a.id for no key update;
    perform from hold h where h.operation_id = any (p_of_ids) order by h.id for no key update;
    all_coins := all_coins || array(
      select a.owner_id
        from posting l join account a on a.id in (l.debit_account_id, l.credit_account_id)
       where l.operation_id = any (p_of_ids) and a.kind in ('WALLET', 'HOLD')
      union select h.counter_coin_id from hold h where h.operation_id = any (p_of_ids));
  end if;
  offers := array(select key_of(jsonb_build_object('key', l -> 'quote')) from unnest(p_lines) as l where l ? 'quote');
  if offers <> '{}' then
    perform from quote q where q.id = any (offers) order by q.id for no key update;
    all_coins := all_coins || array(
      select office_coin(q.office_id, i.issuer_id)
        from quote q cross join lateral (values (q.from_issuer_id), (q.to_issuer_id)) as i (issuer_id)
       where q.id = any (offers));
  end if;
  perform from coin c where c.id = any (all_coins) order by c.id for no key update;
end $$;
