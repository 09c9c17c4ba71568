-- Takes back a bank payment that was approved and is in no file yet: PAYOUT and COMMISSION to the wallet, and what the
-- request used of the limits. A blocked operation stays as it is until it is unblocked.
create function rule.redeem_taken_back(
  p_who actor, p_at timestamptz, p_stream text, p_request redeem_request, p_reason text)
returns jsonb language plpgsql
as $$
declare
  r constant redeem_request := p_request;
  h hold;
  wallet bigint;
  debit bigint[];
  amounts bigint[];
  posted record;
begin
  select * into strict h from hold where id = r.hold_id and state = 'used' and ended_operation_id = r.operation_id;
  if operation_blocked(h.operation_id, p_at) or operation_blocked(r.operation_id, p_at) then
    perform refuse('BO026', 'operation.blocked');
  end if;
  if h.counted_on is not null then
    perform limits_give_back(h.client_id, h.kind, h.issuer_id, h.counted_on, h.amount);
  end if;
  select c.wallet_account_id into strict wallet from coin c where c.id = r.coin_id;
  debit := array[account_for('PAYOUT', r.issuer_id, null),
                 account_for('COMMISSION', r.issuer_id, (select k.id from operation_kind k where k.kind = h.kind))];
  amounts := array[payout_of(r), r.commission];
  if r.commission = 0 then
    debit := trim_array(debit, 1);
    amounts := trim_array(amounts, 1);
  end if;
  posted := post(p_who, p_at, p_stream, 'redeem_taken_back', (p_at at time zone 'UTC')::date, r.issuer_id, r.amount, 0,
                 null, null, r.client_id, r.coin_id, null,
                 jsonb_build_object('redeem', r.id, 'commission_back', r.commission),
                 debit, array_fill(wallet, array[cardinality(debit)]), amounts, null, null, r.operation_id);
  update redeem_request
     set state = 'cancelled', reason = p_reason, decided_by_id = p_who.staff_id, decided_at = p_at
   where id = r.id;
  perform redeem_log(p_who, p_at, p_stream, 'redeem.cancel', r, 'cancelled',
                     jsonb_build_object('reason', p_reason, 'operation', posted.operation_id));
  return jsonb_build_object('request_id', r.id, 'state', 'cancelled', 'operation_id', posted.operation_id);
end $$;
