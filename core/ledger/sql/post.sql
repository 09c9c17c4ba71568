-- The only door to the ledger: one operation with its postings (p_debit, p_credit, p_amounts line by line), the
-- balances, the day's turnover and the log line. A line that `posting_kind` does not allow is refused.
create function vault.post(
  p_who actor, p_at timestamptz, p_stream text, p_kind text, p_booked_on date, p_issuer_id smallint,
  p_amount bigint, p_commission bigint, p_version_id integer, p_day_id bigint, p_client_id bigint,
  p_coin_id bigint, p_reverses_id bigint, p_details jsonb,
  p_debit bigint[], p_credit bigint[], p_amounts bigint[],
  p_counter_client_id bigint default null, p_counter_coin_id bigint default null, p_of_id bigint default null,
  out operation_id bigint, out head bytea)
language plpgsql security definer
set search_path from current
as $$
declare
  n constant integer := coalesce(cardinality(p_debit), 0);
  here constant smallint := pg_backend_pid() % 16;
  touched bigint := 0;
  next_id bigint;
  active boolean;
  a record;
  net bigint;
  running bigint;
  allowed text[];
  wrong boolean := n = 0;
  debit_kinds text[];
  credit_kinds text[];
  debit_afters bigint[];
  credit_afters bigint[];
  lines bigint[] := '{}';
  after jsonb;
begin
  insert into operation (kind, at, booked_on, issuer_id, amount, commission, version_id, actor_id, day_id,
                         client_id, coin_id, reverses_id, details, counter_client_id, counter_coin_id, of_id)
    values (p_kind, p_at, p_booked_on, p_issuer_id, p_amount, p_commission, p_version_id, p_who.staff_id, p_day_id,
            p_client_id, p_coin_id, p_reverses_id, p_details, p_counter_client_id, p_counter_coin_id, p_of_id)
    returning id into operation_id;
  -- Whether the issuer is still on is asked here, after the operation was written: who switches it off holds the ledger
  -- meanwhile, so this sees what they did. Counts of a desk go on all the same.
  select i.active into active from issuer i where i.id = p_issuer_id;
  -- An account is moved once, by the sum of its lines; accounts in the order of their ids, so that no two operations
  -- wait for each other.
  loop
    next_id := null;
    for i in 1 .. n loop
      next_id := least(next_id, case when p_debit[i] > touched then p_debit[i] end,
                       case when p_credit[i] > touched then p_credit[i] end);
    end loop;
    exit when next_id is null;
    touched := next_id;
    select t.kind, t.debit_sign, t.striped into a from account t where t.id = touched;
    if not active and a.kind in ('WALLET', 'HOLD', 'PAYOUT', 'CASHBACK_DUE', 'BATCH', 'UNALLOCATED') then
      raise exception 'issuer.off' using errcode = 'BO026';
    end if;
    net := 0;
    for i in 1 .. n loop
      net := net + case touched when p_debit[i] then p_amounts[i] when p_credit[i] then -p_amounts[i] else 0 end;
    end loop;
    net := net * a.debit_sign;
    if a.striped then
      -- It has no single row that all would wait for, and so no balances after: one of its sixteen stripes, chosen by the
      -- backend, is moved. Most times that is there, and an update costs less than an insert that first looks for it.
      running := null;
      update stripe s set balance = s.balance + net where s.account_id = touched and s.stripe = here;
      if not found then
        insert into stripe as s (account_id, stripe, balance) values (touched, here, net)
          on conflict (account_id, stripe) do update set balance = s.balance + excluded.balance;
      end if;
    else
      update account t set balance = t.balance + net where t.id = touched returning t.balance - net into running;
    end if;
    for i in 1 .. n loop
      if p_debit[i] = touched then
        running := running + a.debit_sign * p_amounts[i];
        debit_kinds[i] := a.kind;
        debit_afters[i] := running;
      elsif p_credit[i] = touched then
        running := running - a.debit_sign * p_amounts[i];
        credit_kinds[i] := a.kind;
        credit_afters[i] := running;
      end if;
    end loop;
  end loop;
  select array_agg(k.debit_kind || '>' || k.credit_kind) into allowed from posting_kind k where k.operation_kind = p_kind;
  for i in 1 .. n loop
    wrong := wrong or (debit_kinds[i] || '>' || credit_kinds[i] = any (allowed)) is not true;
    lines := lines || array[array[p_debit[i], p_credit[i], p_amounts[i]]];
  end loop;
  if wrong then
    raise exception 'vault.posting_kind' using errcode = 'BO041', detail = jsonb_build_object(
      'operation', p_kind, 'debit', debit_kinds, 'credit', credit_kinds)::text;
  end if;
  insert into posting (operation_id, line, debit_account_id, credit_account_id, issuer_id, amount, debit_after,
                       credit_after, booked_on)
    select post.operation_id, l.line, l.debit, l.credit, p_issuer_id, l.amount, l.debit_after, l.credit_after,
           p_booked_on
      from unnest(p_debit, p_credit, p_amounts, debit_afters, credit_afters)
           with ordinality as l (debit, credit, amount, debit_after, credit_after, line);
  update operation_total t
     set pieces = t.pieces + 1, amount = t.amount + p_amount, commission = t.commission + p_commission
   where t.booked_on = p_booked_on and t.operation_kind = p_kind and t.issuer_id = p_issuer_id and t.stripe = here;
  if not found then
    insert into operation_total as t (booked_on, operation_kind, issuer_id, stripe, pieces, amount, commission)
      values (p_booked_on, p_kind, p_issuer_id, here, 1, p_amount, p_commission)
      on conflict (booked_on, operation_kind, issuer_id, stripe) do update
        set pieces = t.pieces + 1, amount = t.amount + excluded.amount,
            commission = t.commission + excluded.commission;
  end if;
  if p_day_id is not null then
    update day_total t
       set pieces = t.pieces + 1, amount = t.amount + p_amount, commission = t.commission + p_commission
     where t.day_id = p_day_id and t.operation_kind = p_kind and t.issuer_id = p_issuer_id;
    if not found then
      insert into day_total as t (day_id, operation_kind, issuer_id, pieces, amount, commission)
        values (p_day_id, p_kind, p_issuer_id, 1, p_amount, p_commission)
        on conflict (day_id, operation_kind, issuer_id) do update
          set pieces = t.pieces + 1, amount = t.amount + excluded.amount,
              commission = t.commission + excluded.commission;
    end if;
  end if;
  after := jsonb_build_object(
    'at', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    'booked_on', p_booked_on, 'issuer', p_issuer_id, 'amount', p_amount, 'commission', p_commission,
    'version', p_version_id, 'day', p_day_id, 'client', p_client_id, 'coin', p_coin_id, 'reverses', p_reverses_id,
    'details', p_details, 'lines', to_jsonb(lines));
  if p_counter_coin_id is not null then
    after := after || jsonb_build_object('counter_client', p_counter_client_id, 'counter_coin', p_counter_coin_id);
  end if;
  if p_of_id is not null then
    after := after || jsonb_build_object('of', p_of_id);
  end if;
  head := log_write(p_stream, p_who, p_kind, 'operation', operation_id::text, null, after, false, p_at);
end $$;
