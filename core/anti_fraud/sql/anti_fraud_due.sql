-- What time ends: applications that nobody decided (what was set aside goes back, unless it is blocked), and blocks that
-- run out. At most p_most of each, oldest first. Returns how many.
create function rule.anti_fraud_due(p_who actor, p_at timestamptz, p_most integer)
returns integer language plpgsql
as $$
declare
  late bigint[];
  ended bigint[];
  a application;
  b block;
  n bigint;
begin
  late := array(select x.id from application x
                 where x.state in ('limited', 'taken', 'approved') and x.expires_at <= p_at
                   and not operation_blocked((select h.operation_id from hold h where h.id = x.hold_id), p_at)
                 order by x.expires_at, x.id limit p_most for no key update skip locked);
  ended := array(select x.id from block x
                  where x.state in ('blocked', 'unblock_requested') and x.expires_at <= p_at
                  order by x.expires_at, x.id limit p_most for no key update skip locked);
  perform from hold h where h.id in (select x.hold_id from application x where x.id = any (late))
    order by h.id for no key update;
  perform from coin c
    where c.id in (select x.coin_id from application x where x.id = any (late) and x.hold_id is not null
                   union select x.coin_id from block x where x.id = any (ended))
    order by c.id for no key update;
  foreach n in array array(select l from unnest(late) as l order by l) loop
    select * into strict a from application where id = n;
    perform application_return(p_who, p_at, a);
    update application set state = 'expired' where id = a.id;
    perform log_write('application:' || a.id, p_who, 'application.expire', 'application', a.id::text,
                      jsonb_build_object('state', a.state), '{"state": "expired"}');
  end loop;
  foreach n in array array(select x.id from block x where x.id = any (ended) order by x.client_id, x.coin_id, x.id) loop
    select * into strict b from block where id = n;
    update block set state = 'expired', ended_at = p_at where id = b.id;
    perform blocks_apply(b.client_id, b.coin_id, p_at);
    perform log_write('block:' || b.id, p_who, 'block.expire', 'block', b.id::text,
                      jsonb_build_object('state', b.state), '{"state": "expired"}');
  end loop;
  return coalesce(cardinality(late), 0) + coalesce(cardinality(ended), 0);
end $$;
