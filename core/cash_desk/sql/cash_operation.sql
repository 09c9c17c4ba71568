-- Writes a top-up or withdrawal: who, lock (day, coin, counters), key, the plan with all its checks, postings, log.
create function rule.cash_operation(
  p_who actor, p_at timestamptz, p_kind text, p_key uuid, p_day_id bigint, p_coin_id bigint, p_issuer text,
  p_amount bigint, p_commission_seen bigint, p_document text)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id, 'coin', p_coin_id, 'issuer', p_issuer,
    'amount', p_amount, 'commission', p_commission_seen, 'document', p_document);
  seen jsonb;
  checked boolean;
  d desk_day;
  c coin;
  plan record;
  posted record;
begin
  d := day_locked(p_day_id);
  seen := key_seen(p_who, p_key, p_kind, content);
  if seen is not null then
    return seen;
  end if;
  checked := day_mine(p_who, d);
  select * into c from coin where id = p_coin_id for update;
  if found then
    checked := limits_lock(c.client_id, p_kind, c.issuer_id);
  end if;
  plan := cash_plan(p_at, p_kind, d, p_coin_id, p_issuer, p_amount, p_document);
  if p_commission_seen is distinct from plan.commission then
    perform refuse('BO025', 'commission.changed', jsonb_build_object(
      'seen', p_commission_seen, 'commission', plan.commission, 'issuer', p_issuer));
  end if;
  posted := post(p_who, p_at, 'day:' || d.id, p_kind, d.cash_date, plan.issuer_id, p_amount, plan.commission,
                 plan.version_id, d.id, plan.client_id, p_coin_id, null,
                 case when p_document is null then '{}' else jsonb_build_object('document', p_document) end,
                 plan.debit, plan.credit, plan.amounts);
  checked := limits_use(plan.client_id, p_kind, plan.issuer_id, plan.local_on, p_amount);
  return key_keep(p_who, p_key, p_kind, content, jsonb_build_object(
    'operation_id', posted.operation_id, 'kind', p_kind, 'at', p_at, 'booked_on', d.cash_date, 'issuer', p_issuer,
    'scale', plan.scale, 'amount', p_amount, 'commission', plan.commission, 'cash', plan.cash,
    'balance', plan.balance_after, 'day_id', d.id, 'client', plan.client, 'serial', plan.serial,
    'document', p_document, 'head', encode(posted.head, 'hex'), 'lines', plan.lines) || plan.place);
end $$;
