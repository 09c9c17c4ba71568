-- What a top-up (cash_top_up) or withdrawal (cash_withdrawal) would do: commission, cash, balance, limits left and
-- the exact postings; or the refusal that it would meet. Writes nothing.
-- permission: cash:preview
create function api.cash_preview(
  p_kind text, p_day_id bigint, p_coin_id bigint, p_issuer text, p_amount bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('cash:preview');
  d desk_day;
  plan record;
begin
  if p_kind is null or p_kind not in ('cash_top_up', 'cash_withdrawal') then
    perform refuse('BO030', 'kind.unknown');
  end if;
  select * into d from desk_day where id = p_day_id;
  if not found then
    perform refuse('BO022', 'day.not_found');
  end if;
  perform day_mine(who, d);
  plan := cash_plan(clock_timestamp(), p_kind, d, p_coin_id, p_issuer, p_amount, null);
  return jsonb_build_object(
    'kind', p_kind, 'issuer', p_issuer, 'amount', p_amount, 'commission', plan.commission, 'payer', plan.payer,
    'cash', plan.cash, 'balance_before', plan.balance_before, 'balance_after', plan.balance_after,
    'lines', plan.lines,
    'limits', (select coalesce(jsonb_agg(jsonb_build_object(
                 'period', l.period, 'amount', l.amount, 'amount_left', l.amount - l.amount_used - p_amount,
                 'pieces', l.pieces, 'pieces_left', l.pieces - l.pieces_used - 1)), '[]')
                 from limits_left(plan.version_id, plan.client_id, p_kind, plan.issuer_id, plan.local_on) l));
end $$;
