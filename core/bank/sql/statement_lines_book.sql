-- Books lines of one account by what they are: a debit that settles a request (PAYOUT to BANK_SAFEGUARDED, what was
-- asked), a return and with it the credit to its coin (what came), money of whoever it may be. Debits first, since what
-- was settled may come back in the same statement. The caller holds the locks of requests and coins.
create function rule.statement_lines_book(p_who actor, p_at timestamptz, p_account bank_account, p_lines bigint[])
returns integer language plpgsql
as $$
declare
  bank constant bigint := account_for('BANK_SAFEGUARDED', p_account.issuer_id, null);
  payout constant bigint := account_for('PAYOUT', p_account.issuer_id, null);
  open_money constant bigint := account_for('UNALLOCATED', p_account.issuer_id, null);
  now_side text;
  plans planned[];
  moves move[];
  line_ids bigint[];
  ids bigint[];
  done integer := 0;
begin
  foreach now_side in array array['debit', 'credit'] loop
    with chosen as materialized (
      select l.id, l.line, l.amount, l.state, r.id as request_id, payout_of(r) as asked, r.operation_id,
             r.settled_operation_id, r.client_id, r.coin_id, c.wallet_account_id,
             row_number() over (order by l.id)::integer as n
        from statement_line l
        left join redeem_request r on r.id = l.request_id and l.state in ('settled', 'recredited')
        left join coin c on c.id = r.coin_id
       where l.id = any (p_lines) and l.side = now_side and l.operation_id is null
         and l.state in ('settled', 'recredited', 'unallocated')),
    steps as materialized (
      select x.n, v.sub, x.id, v.kind, v.debit, v.credit, v.amount, x.client_id, x.coin_id, v.of_id, v.sub = 1 as of_own
        from chosen x
        cross join lateral (values
          (0, 'settled', 'redeem_settled', payout, bank, x.asked, x.operation_id),
          (0, 'recredited', 'redeem_returned', bank, payout, x.amount, x.settled_operation_id),
          (1, 'recredited', 'redeem_recredited', payout, x.wallet_account_id, x.amount, null),
          (0, 'unallocated', 'bank_receipt', bank, open_money, x.amount, null))
          as v (sub, state, kind, debit, credit, amount, of_id)
       where v.state = x.state)
    select array_agg(jsonb_populate_record(null::planned, jsonb_build_object(
             'n', s.n, 'sub', s.sub, 'kind', s.kind, 'issuer_id', p_account.issuer_id, 'amount', s.amount,
             'commission', 0, 'client_id', s.client_id, 'coin_id', s.coin_id, 'of_id', s.of_id, 'of_own', s.of_own,
             'details', jsonb_build_object('line', s.id))) order by s.n, s.sub),
           array_agg(row(s.n, s.sub, 1, s.debit, s.credit, s.amount)::move order by s.n, s.sub),
           array_agg(s.id order by s.n, s.sub)
      into plans, moves, line_ids
      from steps s;
    continue when plans is null;
    ids := post_many(p_who, p_at, 'bank:' || p_account.id, (p_at at time zone 'UTC')::date, plans, moves);
    done := done + cardinality(ids);
    update statement_line l
       set operation_id = o.first, last_operation_id = nullif(o.last, o.first)
      from (select u.line_id, min(u.id) as first, max(u.id) as last
              from unnest(line_ids, ids) as u (line_id, id) group by u.line_id) as o
     where l.id = o.line_id;
    -- A return goes two steps at once: nothing of the client's waits in between.
    update redeem_request r
       set state = case l.state when 'settled' then 'settled' else 'returned' end,
           settled_operation_id = case l.state when 'settled' then l.operation_id else r.settled_operation_id end,
           returned_operation_id = case l.state when 'recredited' then l.operation_id end,
           recredited_operation_id = case l.state when 'recredited' then l.last_operation_id end
      from statement_line l
     where l.id = any (line_ids) and l.state in ('settled', 'recredited') and r.id = l.request_id;
    update redeem_request r set state = 'recredited'
      from statement_line l
     where l.id = any (line_ids) and l.state = 'recredited' and r.id = l.request_id;
  end loop;
  return done;
end $$;
