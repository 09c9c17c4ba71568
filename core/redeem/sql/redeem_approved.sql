-- Approves one request and gives its new state. By cash: then a desk may pay it. By bank: what was set aside goes to the
-- payments on their way, the commission is taken, and the hold is used up. The person who asked does not approve.
create function rule.redeem_approved(p_who actor, p_at timestamptz, p_request_id bigint)
returns jsonb language plpgsql
as $$
declare
  stream constant text := 'person:' || p_who.staff_id;
  checked boolean;
  r redeem_request;
  h hold;
  c coin;
  amounts bigint[];
  debit bigint[];
  credit bigint[];
  posted record;
  approving bigint;
begin
  r := redeem_locked(p_request_id);
  if (select s.person_id from staff s where s.id = r.asked_by_id) is not distinct from p_who.person_id then
    perform refuse('BO012', 'redeem.own');
  end if;
  checked := redeem_move_check(r, 'approved', 'pending');
  checked := redeem_open_check(r, p_at);
  if r.kind = 'bank' then
    select * into strict h from hold where id = r.hold_id;
    select * into strict c from coin where id = r.coin_id;
    debit := array[c.hold_account_id, c.hold_account_id];
    credit := array[account_for('PAYOUT', r.issuer_id, null),
                    account_for('COMMISSION', r.issuer_id, (select k.id from operation_kind k where k.kind = h.kind))];
    amounts := array[r.amount - (r.commission - r.on_top), r.commission];
    if r.commission = 0 then
      debit := trim_array(debit, 1);
      credit := trim_array(credit, 1);
      amounts := trim_array(amounts, 1);
    end if;
    posted := post(p_who, p_at, stream, 'bank_redeem', (p_at at time zone 'UTC')::date, r.issuer_id, r.amount,
                   r.commission, r.version_id, null, r.client_id, r.coin_id, null, jsonb_build_object('redeem', r.id),
                   debit, credit, amounts, null, null, h.operation_id);
    approving := posted.operation_id;
    update hold set state = 'used', ended_at = p_at, ended_operation_id = approving where id = h.id;
  end if;
  update redeem_request
     set state = 'approved', decided_by_id = p_who.staff_id, decided_at = p_at, operation_id = approving
   where id = r.id;
  perform redeem_log(p_who, p_at, stream, 'redeem.approve', r, 'approved',
                     jsonb_build_object('operation', approving));
  return jsonb_strip_nulls(jsonb_build_object('request_id', r.id, 'state', 'approved', 'operation_id', approving));
end $$;
