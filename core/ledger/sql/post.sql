-- The only door to the ledger: one operation with its postings (p_debit, p_credit, p_amounts line by line), the
-- balances, the day's turnover and the log line. A line that `posting_kind` does not allow is refused.
create function vault.post(
  p_who actor, p_at timestamptz, p_stream text, p_kind text, p_booked_on date, p_issuer_id smallint,
  p_amount bigint, p_commission bigint, p_version_id integer, p_day_id bigint, p_client_id bigint,
  p_coin_id bigint, p_reverses_id bigint, p_details jsonb,
  p_debit bigint[], p_credit bigint[], p_amounts bigint[],
  out operation_id bigint, out head bytea)
language plpgsql security definer
set search_path from current
as $$
declare
  a record;
  afters bigint[];
  debit_kinds text[];
  credit_kinds text[];
  debit_afters bigint[];
  credit_afters bigint[];
  lines jsonb := '[]';
begin
  insert into operation (kind, at, booked_on, issuer_id, amount, commission, version_id, actor_id, day_id,
                         client_id, coin_id, reverses_id, details)
    values (p_kind, p_at, p_booked_on, p_issuer_id, p_amount, p_commission, p_version_id, p_who.staff_id, p_day_id,
            p_client_id, p_coin_id, p_reverses_id, p_details)
    returning id into operation_id;
  -- An account is moved once, by the sum of its lines; accounts in the order of their ids, so that no two
  -- operations wait for each other. Whether the issuer is still on is asked here, after the row was written: who
  -- switches it off holds the ledger meanwhile, so this sees what they did. Counts of a desk go on all the same.
  for a in select t.id, t.kind, t.debit_sign, t.striped, i.active from issuer i cross join account t
            where i.id = p_issuer_id and t.id = any (p_debit || p_credit) order by t.id loop
    if not a.active and a.kind in ('WALLET', 'HOLD', 'PAYOUT', 'CASHBACK_DUE', 'BATCH', 'UNALLOCATED') then
      raise exception 'issuer.off' using errcode = 'BO026';
    end if;
    afters := account_move(a.id, a.debit_sign, a.striped, p_debit, p_credit, p_amounts);
    for i in 1 .. cardinality(p_debit) loop
      if p_debit[i] = a.id then
        debit_kinds[i] := a.kind;
        debit_afters[i] := afters[i];
      elsif p_credit[i] = a.id then
        credit_kinds[i] := a.kind;
        credit_afters[i] := afters[i];
      end if;
    end loop;
  end loop;
  if debit_kinds is null or exists (
       select from unnest(debit_kinds, credit_kinds) as l (d, c)
        where not exists (select from posting_kind k
                           where k.operation_kind = p_kind and k.debit_kind = l.d and k.credit_kind = l.c)) then
    raise exception 'vault.posting_kind' using errcode = 'BO041', detail = jsonb_build_object(
      'operation', p_kind, 'debit', debit_kinds, 'credit', credit_kinds)::text;
  end if;
  insert into posting (operation_id, line, debit_account_id, credit_account_id, issuer_id, amount, debit_after,
                       credit_after, booked_on)
    select post.operation_id, l.line, l.debit, l.credit, p_issuer_id, l.amount, l.debit_after, l.credit_after,
           p_booked_on
      from unnest(p_debit, p_credit, p_amounts, debit_afters, credit_afters)
           with ordinality as l (debit, credit, amount, debit_after, credit_after, line);
  if p_day_id is not null then
    insert into day_total as t (day_id, operation_kind, issuer_id, pieces, amount, commission)
      values (p_day_id, p_kind, p_issuer_id, 1, p_amount, p_commission)
      on conflict (day_id, operation_kind, issuer_id) do update
        set pieces = t.pieces + 1, amount = t.amount + excluded.amount,
            commission = t.commission + excluded.commission;
  end if;
  for i in 1 .. cardinality(p_debit) loop
    lines := lines || jsonb_build_array(jsonb_build_array(p_debit[i], p_credit[i], p_amounts[i]));
  end loop;
  head := log_write(p_stream, p_who, p_kind, 'operation', operation_id::text, null, jsonb_build_object(
    'at', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    'booked_on', p_booked_on, 'issuer', p_issuer_id, 'amount', p_amount, 'commission', p_commission,
    'version', p_version_id, 'day', p_day_id, 'client', p_client_id, 'coin', p_coin_id, 'reverses', p_reverses_id,
    'details', p_details, 'lines', lines), false, p_at);
end $$;
