-- What a top-up (cash_top_up) or withdrawal (cash_withdrawal) would do: commission, cash, balance, limits left and the
-- exact postings; or the refusal that it would meet. `broken` is the limit that would make an application of it. Writes
-- nothing.
-- permission: cash:preview
create function api.cash_preview(
  p_kind text, p_day_id bigint, p_coin_id bigint, p_issuer text, p_amount bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('cash:preview');
  at constant timestamptz := clock_timestamp();
  uplift_id bigint;
  plan record;
begin
  if p_kind is null or p_kind not in ('cash_top_up', 'cash_withdrawal') then
    perform refuse('BO030', 'kind.unknown');
  end if;
  select limit_uplift_once(c.client_id, p_kind, c.issuer_id, p_amount, at, c.id) into uplift_id
    from coin c where c.id = p_coin_id;
  plan := cash_plan(who, at, p_kind, p_day_id, p_coin_id, p_issuer, p_amount, null, uplift_id, null, null);
  return jsonb_build_object(
    'kind', p_kind, 'issuer', p_issuer, 'amount', p_amount, 'commission', plan.commission, 'payer', plan.payer,
    'cash', plan.cash, 'balance_before', plan.balance_before, 'balance_after', plan.balance_after,
    'lines', plan.lines, 'broken', plan.broken, 'uplifted', uplift_id is not null,
    'limits', (select coalesce(jsonb_agg(jsonb_build_object(
                 'period', l.period, 'amount', l.amount, 'amount_left', l.amount - l.amount_used - p_amount,
                 'pieces', l.pieces, 'pieces_left', l.pieces - l.pieces_used - 1)), '[]')
                 from limits_left(plan.version_id, plan.client_id, p_kind, plan.issuer_id, plan.local_on,
                                  at) l));
end $$;
