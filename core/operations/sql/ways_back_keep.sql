-- What a batch ended or gave back: holds used and released, redeem requests and applications
-- taken back, refunds, offers taken.
create function rule.ways_back_keep(p_at timestamptz, p_plans planned[])
returns void language plpgsql
as $$
begin
  update hold h
     set state = case p.kind when 'capture' then 'used' else 'released' end, ended_at = p_at,
         ended_operation_id = p.operation_id
    from unnest(p_plans) as p
   where p.operation_id is not null and p.kind in ('capture', 'release') and h.operation_id = p.of_id;
  update redeem_request r
     set state = 'cancelled', decided_at = p_at
    from unnest(p_plans) as p
    join hold h on h.operation_id = p.of_id
   where p.operation_id is not null and p.kind = 'release' and r.hold_id = h.id;
  update application a
     set state = 'withdrawn', decided_at = p_at
    from unnest(p_plans) as p
    join hold h on h.operation_id = p.of_id
   where p.operation_id is not null and p.kind = 'release' and a.hold_id = h.id;
  insert into refund_total as t (operation_id, amount, commission, cashback, pieces)
    select p.of_id, p.amount, coalesce((p.details ->> 'commission_back')::bigint, 0), p.cashback, 1
      from unnest(p_plans) as p
     where p.operation_id is not null and p.kind = 'refund'
    on conflict (operation_id) do update
      set amount = t.amount + excluded.amount, commission = t.commission + excluded.commission,
          cashback = t.cashback + excluded.cashback, pieces = t.pieces + 1;
  update quote q
     set taken_at = p_at
    from unnest(p_plans) as p
   where p.operation_id is not null and p.kind = 'exchange' and q.id = (p.details ->> 'quote')::uuid;
end $$;
