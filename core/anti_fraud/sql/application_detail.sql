-- An application with all that helps to decide it: the limit when it was asked and all limits now, what the client has, the
-- newest operations (own, and received from others), the devices, other applications, blocks, uplifts in force. Leaves
-- a trace.
-- permission: application:list
create function api.application_detail(p_application_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('application:list');
  a application;
  c client;
  at constant timestamptz := clock_timestamp();
begin
  select * into a from application where id = p_application_id;
  if not found then
    perform refuse('BO022', 'application.not_found');
  end if;
  select * into strict c from client where id = a.client_id;
  perform log_write('person:' || who.staff_id, who, 'application.read', 'application', a.id::text, null, null);
  return jsonb_build_object(
    'id', a.id, 'state', a.state, 'kind', a.kind, 'issuer', i.code, 'scale', i.scale, 'amount', a.amount,
    'commission', a.commission, 'period', a.period, 'measure', a.measure, 'limit_value', a.limit_value,
    'used_value', a.used_value, 'left_value', greatest(a.limit_value - a.used_value, 0), 'excess', a.excess,
    'asked_at', a.asked_at, 'expires_at', a.expires_at, 'at_desk', a.day_id is not null, 'held', a.hold_id is not null,
    'note', left(coalesce(a.payload ->> 'note', ''), 140), 'device', left(coalesce(a.payload ->> 'device', ''), 100),
    'asked_by', (select s.name from staff s where s.id = a.asked_by_id),
    'taken_by', (select s.name from staff s where s.id = a.taken_by_id),
    'mine', coalesce(a.taken_by_id = who.staff_id, false),
    'snoozed_until', case when a.snoozed_until > at then a.snoozed_until end, 'escalated_at', a.escalated_at,
    'escalated_by', (select s.name from staff s where s.id = a.escalated_by_id), 'escalation', a.note,
    'may_decide', may(case when a.escalated_at is null then 'application:decide' else 'application:decide_escalated' end)
      and not exists (select from staff s where s.id in (a.asked_by_id, a.escalated_by_id) and s.person_id = who.person_id),
    'decided_by', (select s.name from staff s where s.id = a.decided_by_id), 'decided_at', a.decided_at,
    'reason', a.reason, 'failure', a.failure, 'operation_id', a.operation_id,
    'client', jsonb_build_object(
      'client_id', c.id, 'name', c.name, 'kind', c.kind, 'email', c.email, 'since', c.created_at, 'active', c.active,
      'blocked', c.blocked and coalesce(c.blocked_until, 'infinity') > at, 'identification', c.identification,
      'identified_until', c.identified_until),
    'other_side', (select jsonb_build_object('client_id', o.id, 'name', o.name, 'serial', n.serial)
                     from coin n join client o on o.id = n.client_id where n.id = a.counter_coin_id),
    'coin', (select jsonb_build_object('coin_id', n.id, 'serial', n.serial, 'balance', w.balance + h.balance,
                                       'held', h.balance, 'available', w.balance)
               from coin n join account w on w.id = n.wallet_account_id join account h on h.id = n.hold_account_id
              where n.id = a.coin_id),
    'limits', (select coalesce(jsonb_agg(to_jsonb(l)), '[]')
                 from limits_left((select v.version_id from version_at(c.id, at) as v), c.id, a.kind, a.issuer_id,
                                  (at at time zone c.time_zone)::date) as l),
    'uplifts', (select coalesce(jsonb_agg(jsonb_build_object(
                         'amount', u.amount, 'pieces', u.pieces, 'expires_at', u.expires_at, 'reason', u.reason,
                         'made_by', s.name) order by u.id desc), '[]')
                  from limit_uplift u join staff s on s.id = u.made_by_id
                 where u.client_id = c.id and u.operation_kind = a.kind and u.issuer_id = a.issuer_id
                   and not u.once and u.expires_at > at),
    'operations', (select coalesce(jsonb_agg(to_jsonb(o) order by o.id desc), '[]')
                     from (select p.id, p.at, p.kind, x.code as issuer, x.scale, p.amount, p.commission, p.received
                             from ((select own.id, own.at, own.kind, own.issuer_id, own.amount, own.commission,
                                           false as received
                                      from operation own
                                     where own.client_id = c.id
                                     order by own.id desc limit 15)
                                   union all
                                   (select others.id, others.at, others.kind, others.issuer_id, others.amount,
                                           others.commission, true
                                      from operation others
                                     where others.counter_client_id = c.id and others.client_id is distinct from c.id
                                     order by others.id desc limit 15)) as p
                             join issuer x on x.id = p.issuer_id
                            order by p.id desc limit 15) as o),
    'devices', (select coalesce(jsonb_agg(to_jsonb(v) order by v.last_seen desc), '[]')
                  from (select y.device, y.first_seen, y.last_seen, y.pieces,
                               (select count(z.client_id) from client_device z
                                 where z.device = y.device and z.client_id <> c.id) as others
                          from client_device y
                         where y.client_id = c.id
                         order by y.last_seen desc limit 10) as v),
    'applications', (select coalesce(jsonb_agg(to_jsonb(e) order by e.id desc), '[]')
                       from (select b.id, b.state, b.kind, x.code as issuer, x.scale, b.amount, b.asked_at
                               from application b join issuer x on x.id = b.issuer_id
                              where b.client_id = c.id and b.id <> a.id
                              order by b.id desc limit 10) as e),
    'blocks', (select coalesce(jsonb_agg(to_jsonb(e) order by e.id desc), '[]')
                 from (select b.id, b.state, b.kind, b.direction, b.reason, b.made_at, b.expires_at
                         from block b
                        where b.client_id = c.id
                           or b.coin_id = any (array(select n.id from coin n where n.client_id = c.id))
                        order by b.id desc limit 10) as e))
    from issuer i
   where i.id = a.issuer_id;
end $$;
