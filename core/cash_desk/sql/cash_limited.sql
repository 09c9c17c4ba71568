-- A top-up or withdrawal that breaks a limit becomes an application, and no cash moves. What a withdrawal would take of
-- the wallet is held while the application waits; of a top-up there is nothing to hold.
create function rule.cash_limited(
  p_who actor, p_at timestamptz, p_kind text, p_key uuid, p_day_id bigint, p_coin_id bigint, p_issuer text,
  p_amount bigint, p_plan record)
returns jsonb language plpgsql
as $$
declare
  stream constant text := 'day:' || p_day_id;
  -- Of a withdrawal the first line is what leaves the wallet: the amount, and of the commission what comes on top.
  held constant bigint := case p_kind when 'cash_withdrawal' then p_plan.amounts[1] end;
  c coin;
  posted record;
  kept_id bigint;
  asked_id bigint;
begin
  select * into strict c from coin where id = p_coin_id;
  if held is not null then
    posted := post(p_who, p_at, stream, 'application_hold', p_plan.cash_date, c.issuer_id, p_amount, 0,
                   p_plan.version_id, null, c.client_id, c.id, null, '{}',
                   array[c.wallet_account_id], array[c.hold_account_id], array[held]);
    insert into hold (operation_id, purpose, kind, client_id, coin_id, issuer_id, amount, commission, on_top,
                      version_id, expires_at)
      values (posted.operation_id, 'application', p_kind, c.client_id, c.id, c.issuer_id, p_amount,
              p_plan.commission, held - p_amount, p_plan.version_id, p_at + interval '7 days')
      returning id into kept_id;
  end if;
  asked_id := application_add(
    p_who, p_at, stream, p_key, p_kind, c.client_id, c.id, c.issuer_id, p_amount, p_plan.commission,
    p_plan.version_id, p_plan.broken,
    jsonb_build_object('do', p_kind, 'day', p_day_id, 'coin', p_plan.serial, 'issuer', p_issuer, 'minor', p_amount),
    kept_id, p_day_id);
  return p_plan.broken || jsonb_build_object(
    'application_id', asked_id, 'kind', p_kind, 'at', p_at, 'expires_at', p_at + interval '7 days', 'issuer', p_issuer,
    'scale', p_plan.scale, 'amount', p_amount, 'commission', p_plan.commission, 'held', held,
    'client', p_plan.client, 'serial', p_plan.serial);
end $$;
