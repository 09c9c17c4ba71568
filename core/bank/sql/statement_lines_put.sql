-- Keeps the lines of a statement, each with what becomes of it, and books nothing yet. A line whose bank's number, side
-- and amount stood in another statement of the account is a duplicate; within one statement two are two, since its sums
-- say so. A debit settles the request that it names, once; a credit that names a settled one is its return; what differs
-- within the account's tolerance waits for an accountant. The caller holds the locks of the account and the requests.
create function rule.statement_lines_put(p_account bank_account, p_statement_id bigint, p_lines jsonb)
returns void language plpgsql
as $$
begin
  with given as materialized (
    select e.line::integer as line, (e.l ->> 'booked_on')::date as booked_on, e.l ->> 'side' as side,
           (e.l ->> 'amount')::bigint as amount, coalesce(e.l ->> 'end_to_end_id', '') as end_to_end_id,
           nullif(e.l ->> 'servicer_ref', '') as servicer_ref, coalesce(e.l ->> 'remittance', '') as remittance,
           coalesce(e.l ->> 'counterparty', '') as counterparty,
           coalesce(e.l ->> 'counterparty_iban', '') as counterparty_iban,
           nullif(e.l ->> 'return_reason', '') as return_reason, coalesce((e.l ->> 'reversal')::boolean, false) as reversal
      from jsonb_array_elements(p_lines) with ordinality as e (l, line)),
  seen as materialized (
    select g.line, g.booked_on, g.side, g.amount, g.end_to_end_id, g.servicer_ref, g.remittance, g.counterparty,
           g.counterparty_iban, g.return_reason, g.reversal, exists (
             select from statement_line o
              where o.account_id = p_account.id and o.servicer_ref = g.servicer_ref and o.side = g.side
                and o.amount = g.amount and o.statement_id <> p_statement_id) as duplicate
      from given g),
  named as materialized (
    select s.line, s.side, s.amount, s.duplicate, r.id, r.state, payout_of(r) as asked,
           -- The first of each side that means a request is the one.
           row_number() over (partition by r.id, s.side, s.duplicate order by s.line) as turn,
           exists (select from statement_line o where o.request_id = r.id and o.side = s.side and o.state = 'differs') as open
      from seen s
      join redeem_request r on r.id = request_named(s.end_to_end_id)
      join payment_file_item i on i.request_id = r.id
      join payment_file f on f.id = i.file_id and f.account_id = p_account.id
     where not (s.side = 'debit' and (s.reversal or s.return_reason is not null))),
  settles as materialized (
    select n.line, n.id, n.amount - n.asked as difference
      from named n
     where n.side = 'debit' and n.state = 'submitted' and n.turn = 1 and not n.duplicate and not n.open
       and abs(n.amount - n.asked) <= p_account.tolerance),
  returns as materialized (
    select n.line, n.id, n.amount - n.asked as difference
      from named n
     where n.side = 'credit' and n.turn = 1 and not n.duplicate and not n.open
       and (n.state = 'settled' or n.id in (select s.id from settles s where s.difference = 0))
       and abs(n.amount - n.asked) <= p_account.tolerance)
  insert into statement_line (statement_id, account_id, line, booked_on, side, amount, end_to_end_id, servicer_ref,
                              remittance, counterparty, counterparty_iban, return_reason, state, request_id, difference)
    select p_statement_id, p_account.id, s.line, s.booked_on, s.side, s.amount, s.end_to_end_id, s.servicer_ref,
           s.remittance, s.counterparty, s.counterparty_iban, s.return_reason,
           case when s.duplicate then 'duplicate'
                when coalesce(t.difference, b.difference) <> 0 then 'differs'
                when t.line is not null then 'settled'
                when b.line is not null then 'recredited'
                when s.side = 'credit' then 'unallocated'
                else 'unmatched' end,
           coalesce(t.id, b.id), nullif(coalesce(t.difference, b.difference), 0)
      from seen s
      left join settles t on t.line = s.line
      left join returns b on b.line = s.line
     order by s.line;
end $$;
