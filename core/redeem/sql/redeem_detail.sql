-- All about a redeem request: whose it is, what it holds, what would refuse it now, which open desks have the cash, what
-- was posted for it, and what approving it would post. `own`: the one who asks here is the person who made it. Leaves a trace: it names the client.
-- permission: redeem:list
create function api.redeem_detail(p_request_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('redeem:list');
  now constant timestamptz := clock_timestamp();
  answer jsonb;
begin
  select jsonb_build_object(
           'id', r.id, 'kind', r.kind, 'state', r.state, 'client_id', c.id, 'client', c.name, 'client_kind', c.kind,
           'organization', o.name, 'identified', coalesce(c.identification = 'approved' and coalesce(
             c.identified_until, 'infinity') >= (now at time zone c.time_zone)::date, false),
           'serial', n.serial, 'issuer', i.code, 'scale', i.scale, 'amount', r.amount, 'commission', r.commission,
           'on_top', r.on_top, 'pays', r.amount - (r.commission - r.on_top), 'available', w.balance,
           'held', case when h.state = 'active' then h.amount + h.on_top else 0 end, 'hold_state', h.state,
           'payee', r.payee, 'iban', r.iban, 'note', r.note, 'asked_by', q.name, 'asked_at', r.asked_at,
           'expires_at', r.expires_at, 'decided_by', s.name, 'decided_at', r.decided_at, 'reason', r.reason,
           'own', q.person_id = who.person_id,
           'refusal', case when r.state in ('pending', 'approved')
                            and (r.kind = 'cash' or r.state = 'pending') then redeem_refusal(r, now) end,
           'lines', case when r.kind = 'bank' and r.state = 'pending'
                         then redeem_bank_lines(n.serial, r.amount - (r.commission - r.on_top), r.commission)
                         else '[]' end,
           'paid_at', case when r.day_id is not null then (
              select jsonb_build_object('desk', k.name, 'branch', b.name, 'cashier', p.name)
                from desk_day d
                join desk k on k.id = d.desk_id
                join branch b on b.id = k.branch_id
                join staff p on p.id = d.cashier_id
               where d.id = r.day_id) end,
           'desks', case when r.kind = 'cash' and r.state in ('pending', 'approved') then (
              select coalesce(jsonb_agg(x.desk order by x.desk), '[]')
                from (select k.name || ' · ' || b.name as desk
                        from desk_day d
                        join desk k on k.id = d.desk_id
                        join branch b on b.id = k.branch_id
                        join desk_currency y on y.desk_id = d.desk_id and y.issuer_id = r.issuer_id
                        join account a on a.id = y.cash_account_id
                       where d.state = 'open' and a.balance >= r.amount - (r.commission - r.on_top)
                       order by 1 limit 20) as x) end,
           'operations', (
              select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'kind', x.kind, 'at', x.at) order by x.id), '[]')
                from operation x
               where x.id in (h.operation_id, h.ended_operation_id, r.operation_id, r.settled_operation_id,
                              r.returned_operation_id, r.recredited_operation_id)
                  or x.of_id = r.operation_id and x.kind = 'redeem_taken_back'))
    into answer
    from redeem_request r
    join client c on c.id = r.client_id
    left join organization o on o.id = c.organization_id
    join coin n on n.id = r.coin_id
    join account w on w.id = n.wallet_account_id
    join issuer i on i.id = r.issuer_id
    join hold h on h.id = r.hold_id
    join staff q on q.id = r.asked_by_id
    left join staff s on s.id = r.decided_by_id
   where r.id = p_request_id;
  if not found then
    perform refuse('BO022', 'redeem.not_found');
  end if;
  perform log_write('person:' || who.staff_id, who, 'redeem.read', 'redeem_request', p_request_id::text, null, null);
  return answer;
end $$;
