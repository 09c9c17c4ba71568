-- Resolves what a closed day was over or short in one currency: a shortage becomes the company's loss or a
-- client's debt, a surplus the company's gain or a client's money.
create function rule.difference_settle(
  p_who actor, p_at timestamptz, p_key uuid, p_day_id bigint, p_issuer text, p_way text, p_coin_id bigint,
  p_reason text)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id, 'issuer', p_issuer, 'way', p_way, 'coin', p_coin_id,
                                               'reason', p_reason);
  seen jsonb;
  d desk_day;
  i issuer;
  c coin;
  short boolean := p_way in ('loss', 'debt');
  from_account bigint;
  to_account bigint;
  sum_left bigint;
  booked date;
  posted record;
begin
  d := day_locked(p_day_id);
  seen := key_seen(p_who, p_key, 'difference.resolve', content);
  if seen is not null then
    return seen;
  end if;
  perform day_in_state(d, 'closed');
  perform not_own_day(p_who, d);
  perform reason_check(p_reason);
  if p_way is null or p_way not in ('loss', 'debt', 'gain', 'wallet') then
    perform refuse('BO030', 'difference.wrong_way');
  end if;
  select * into i from issuer where code = p_issuer;
  from_account := account_seen(case when short then 'SHORT' else 'OVER' end, i.id, d.id);
  sum_left := balance_of(from_account);
  if coalesce(sum_left, 0) = 0 then
    perform refuse('BO021', 'difference.none', jsonb_build_object('issuer', p_issuer));
  end if;
  if p_way in ('debt', 'wallet') then
    select * into c from coin where id = p_coin_id for update;
    if not found then
      perform refuse('BO022', 'coin.not_found');
    end if;
    if c.issuer_id <> i.id then
      perform refuse('BO030', 'issuer.mismatch', jsonb_build_object(
        'issuer', (select code from issuer where id = c.issuer_id), 'given', p_issuer));
    end if;
    if c.closed or (p_way = 'wallet' and not c.incoming) then
      perform refuse('BO026', 'coin.blocked');
    end if;
  end if;
  to_account := case p_way
    when 'loss' then account_for('SHORT_LOSS', i.id, null)
    when 'gain' then account_for('OVER_GAIN', i.id, null)
    when 'debt' then account_for('DEBT', i.id, c.client_id)
    when 'wallet' then c.wallet_account_id end;
  booked := (p_at at time zone (select b.time_zone from desk k join branch b on b.id = k.branch_id
                                 where k.id = d.desk_id))::date;
  posted := post(p_who, p_at, 'day:' || d.id,
                 case p_way when 'loss' then 'short_loss' when 'debt' then 'short_debt'
                            when 'gain' then 'over_gain' else 'over_wallet' end,
                 booked, i.id, sum_left, 0, null, null, c.client_id, c.id, null,
                 jsonb_build_object('day', d.id, 'reason', p_reason),
                 array[case when short then to_account else from_account end],
                 array[case when short then from_account else to_account end], array[sum_left]);
  return key_keep(p_who, p_key, 'difference.resolve', content, jsonb_build_object(
    'operation_id', posted.operation_id, 'day_id', d.id, 'issuer', i.code, 'scale', i.scale, 'amount', sum_left,
    'way', p_way));
end $$;
