-- Pays an approved cash request at a desk: lock (day, request, hold, coin), key, whose day, the plan with all its checks,
-- the pieces, postings, log. Limits were used when the client asked. Who approved it does not pay it.
create function rule.redeem_paid(
  p_who actor, p_at timestamptz, p_key uuid, p_day_id bigint, p_request_id bigint, p_document text, p_pieces jsonb)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id, 'request', p_request_id, 'document', p_document,
    'pieces', p_pieces);
  seen jsonb;
  checked boolean;
  d desk_day;
  r redeem_request;
  plan record;
  posted record;
begin
  d := day_locked(p_day_id);
  seen := key_seen(p_who, p_key, 'cash_withdrawal', content);
  if seen is not null then
    return seen;
  end if;
  checked := day_mine(p_who, d);
  r := redeem_locked(p_request_id);
  if exists (select from staff s where s.id in (r.decided_by_id, r.asked_by_id) and s.person_id = p_who.person_id) then
    perform refuse('BO012', 'redeem.own');
  end if;
  plan := redeem_plan(p_at, d, r, p_document);
  checked := pieces_check(plan.issuer, plan.denominations, plan.cash, p_pieces);
  posted := post(p_who, p_at, 'day:' || d.id, 'cash_withdrawal', d.cash_date, r.issuer_id, r.amount, r.commission,
                 r.version_id, d.id, r.client_id, r.coin_id, null,
                 jsonb_build_object('document', p_document, 'redeem', r.id, 'pieces', p_pieces),
                 plan.debit, plan.credit, plan.amounts, null, null, plan.operation_id);
  update hold set state = 'used', ended_at = p_at, ended_operation_id = posted.operation_id where id = r.hold_id;
  update redeem_request set state = 'paid', day_id = d.id, operation_id = posted.operation_id where id = r.id;
  perform redeem_log(p_who, p_at, 'day:' || d.id, 'redeem.pay', r, 'paid',
                     jsonb_build_object('operation', posted.operation_id, 'day', d.id));
  return key_keep(p_who, p_key, 'cash_withdrawal', content, jsonb_build_object(
    'operation_id', posted.operation_id, 'kind', 'cash_withdrawal', 'at', p_at, 'booked_on', d.cash_date,
    'issuer', plan.issuer, 'scale', plan.scale, 'amount', r.amount, 'commission', r.commission, 'cash', plan.cash,
    'balance', plan.balance, 'day_id', d.id, 'client', plan.client, 'serial', plan.serial, 'document', p_document,
    'redeem_id', r.id, 'head', encode(posted.head, 'hex'), 'lines', plan.lines) || plan.place);
end $$;
