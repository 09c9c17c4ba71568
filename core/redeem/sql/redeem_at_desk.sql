-- What paying a cash request at the cashier's own desk would do: whom, how much, the exact postings, and of which pieces it
-- can be made; or the refusal that it would meet. Leaves a trace: it names the client.
-- permission: redeem:pay
create function api.redeem_at_desk(p_day_id bigint, p_request_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('redeem:pay');
  now constant timestamptz := clock_timestamp();
  d desk_day;
  r redeem_request;
  plan record;
begin
  select * into d from desk_day where id = p_day_id;
  if not found then
    perform refuse('BO022', 'day.not_found');
  end if;
  perform day_mine(who, d);
  select * into r from redeem_request where id = p_request_id;
  if not found then
    perform refuse('BO022', 'redeem.not_found');
  end if;
  plan := redeem_plan(now, d, r, null);
  perform log_write('person:' || who.staff_id, who, 'redeem.read', 'redeem_request', r.id::text, null, null);
  return jsonb_build_object(
    'request_id', r.id, 'client', plan.client, 'serial', plan.serial, 'issuer', plan.issuer, 'scale', plan.scale,
    'denominations', plan.denominations, 'amount', r.amount, 'commission', r.commission, 'cash', plan.cash,
    'balance', plan.balance, 'held', r.amount + r.on_top, 'asked_at', r.asked_at, 'expires_at', r.expires_at,
    'approved_at', r.decided_at, 'approved_by', (select s.name from staff s where s.id = r.decided_by_id),
    'lines', plan.lines);
end $$;
