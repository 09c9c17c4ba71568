-- What a receipt shows of one cash operation; p_head is the day's chain at that moment.
create function rule.receipt_body(p_operation_id bigint, p_head text)
returns jsonb language plpgsql stable
as $$
begin
  return (
    select jsonb_build_object(
      'operation_id', o.id, 'kind', o.kind, 'at', o.at, 'booked_on', o.booked_on, 'issuer', i.code, 'scale', i.scale,
      'amount', o.amount, 'commission', o.commission, 'day_id', o.day_id, 'desk', k.name, 'branch', b.name,
      'time_zone', b.time_zone, 'cashier', s.name, 'client', cl.name, 'serial', co.serial,
      'document', o.details ->> 'document', 'redeem_id', o.details -> 'redeem', 'head', p_head,
      'cash', abs(coalesce((select sum(case when p.debit_account_id = dc.cash_account_id then p.amount
                                            when p.credit_account_id = dc.cash_account_id then -p.amount end)
                              from posting p where p.operation_id = o.id), 0)),
      -- What a redeem request pays out was set aside before: it moves the wallet no more.
      'balance', coalesce(
        (select case when p.debit_account_id = co.wallet_account_id then p.debit_after else p.credit_after end
           from posting p
          where p.operation_id = o.id
            and co.wallet_account_id in (p.debit_account_id, p.credit_account_id)
          order by p.line desc limit 1),
        (account_line(co.wallet_account_id, o.id, 'infinity')).balance, 0),
      'lines', (select lines_named(array_agg(p.debit_account_id order by p.line),
                                   array_agg(p.credit_account_id order by p.line),
                                   array_agg(p.amount order by p.line))
                  from posting p where p.operation_id = o.id))
      from operation o
      join issuer i on i.id = o.issuer_id
      left join desk_day d on d.id = o.day_id
      left join desk k on k.id = d.desk_id
      left join branch b on b.id = k.branch_id
      left join desk_currency dc on dc.desk_id = k.id and dc.issuer_id = o.issuer_id
      left join staff s on s.id = o.actor_id
      left join client cl on cl.id = o.client_id
      left join coin co on co.id = o.coin_id
     where o.id = p_operation_id);
end $$;
