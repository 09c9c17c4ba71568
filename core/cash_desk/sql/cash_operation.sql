-- Writes a top-up or withdrawal: who, lock (day, coin, counters), key, the plan with all its checks, postings, log. One
-- that breaks a limit becomes an application; one that anti-fraud let pass uses the uplift that it was given.
create function rule.cash_operation(
  p_who actor, p_at timestamptz, p_kind text, p_key uuid, p_day_id bigint, p_coin_id bigint, p_issuer text,
  p_amount bigint, p_commission_seen bigint, p_document text)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id, 'coin', p_coin_id, 'issuer', p_issuer,
    'amount', p_amount, 'commission', p_commission_seen, 'document', p_document);
  stream constant text := 'day:' || p_day_id;
  checked boolean;
  d desk_day;
  c coin;
  uplift_id bigint;
  plan record;
  posted record;
begin
  -- All three in one statement, locked in the order in which they stand; the plan looks at them afterwards.
  perform from desk_day k
    join coin n on n.id = p_coin_id
    join limit_used u on u.client_id = n.client_id and u.operation_kind = p_kind and u.issuer_id = n.issuer_id
   where k.id = p_day_id
     for update of k, n, u;
  if not found then
    d := day_locked(p_day_id);
    select * into c from coin where id = p_coin_id for update;
    if found then
      checked := limits_lock(c.client_id, p_kind, c.issuer_id);
    end if;
  end if;
  plan := cash_plan(p_who, p_at, p_kind, p_day_id, p_coin_id, p_issuer, p_amount, p_document, null, p_key, content);
  if plan.seen is not null then
    return plan.seen;
  end if;
  uplift_id := plan.uplift_id;
  if uplift_id is not null then
    checked := held_end(p_who, p_at, stream, uplift_id);
    plan := cash_plan(p_who, p_at, p_kind, p_day_id, p_coin_id, p_issuer, p_amount, p_document, uplift_id, p_key,
                      content);
  end if;
  if p_commission_seen is distinct from plan.commission then
    perform refuse('BO025', 'commission.changed', jsonb_build_object(
      'seen', p_commission_seen, 'commission', plan.commission, 'issuer', p_issuer));
  end if;
  if plan.broken is not null then
    return key_keep(p_who, p_key, p_kind, content,
                    cash_limited(p_who, p_at, p_kind, p_key, p_day_id, p_coin_id, p_issuer, p_amount, plan));
  end if;
  posted := post(p_who, p_at, stream, p_kind, plan.cash_date, plan.issuer_id, p_amount, plan.commission,
                 plan.version_id, p_day_id, plan.client_id, p_coin_id, null,
                 case when p_document is null then '{}' else jsonb_build_object('document', p_document) end,
                 plan.debit, plan.credit, plan.amounts);
  checked := limits_use(plan.client_id, p_kind, plan.issuer_id, plan.local_on, p_amount);
  if uplift_id is not null then
    perform limit_uplift_use(p_who, p_at, stream, uplift_id, posted.operation_id);
  end if;
  return key_keep(p_who, p_key, p_kind, content, jsonb_build_object(
    'operation_id', posted.operation_id, 'kind', p_kind, 'at', p_at, 'booked_on', plan.cash_date, 'issuer', p_issuer,
    'scale', plan.scale, 'amount', p_amount, 'commission', plan.commission, 'cash', plan.cash,
    'balance', plan.balance_after, 'day_id', p_day_id, 'client', plan.client, 'serial', plan.serial,
    'document', p_document, 'head', encode(posted.head, 'hex'), 'lines', plan.lines,
    'desk', plan.desk, 'branch', plan.branch, 'time_zone', plan.time_zone, 'cashier', plan.cashier));
end $$;
