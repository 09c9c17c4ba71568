-- Posts that a bank payment which was approved, and is in no file yet, is taken back: the lines of approving it to the
-- wallet instead (PAYOUT and COMMISSION), and what the request used of the limits. The operation's number.
create function rule.redeem_taken_back(p_who actor, p_at timestamptz, p_stream text, p_request redeem_request)
returns bigint language plpgsql
as $$
declare
  r constant redeem_request := p_request;
  h hold;
  wallet bigint;
  debit bigint[];
  amounts bigint[];
begin
  select * into strict h from hold where id = r.hold_id and state = 'used' and ended_operation_id = r.operation_id;
  if h.counted_on is not null then
    perform limits_give_back(h.client_id, h.kind, h.issuer_id, h.counted_on, h.amount);
  end if;
  select c.wallet_account_id into strict wallet from coin c where c.id = r.coin_id;
  select array_agg(l.credit_account_id order by l.line), array_agg(l.amount order by l.line) into debit, amounts
    from posting l where l.operation_id = r.operation_id;
  return (post(p_who, p_at, p_stream, 'redeem_taken_back', (p_at at time zone 'UTC')::date, r.issuer_id, r.amount, 0,
               null, null, r.client_id, r.coin_id, null,
               jsonb_build_object('redeem', r.id, 'commission_back', r.commission),
               debit, array_fill(wallet, array[cardinality(debit)]), amounts, null, null, r.operation_id)).operation_id;
end $$;
