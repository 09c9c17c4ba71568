-- The ledger's door for many at once: operations with their postings, the balances after each line, the roll-up of the
-- days, and one line of the log for them all, with a digest of all that was written. p_planned and p_moves come in the
-- order in which they happen. A line that `posting_kind` does not allow is refused. Returns the operations' numbers.
create function vault.post_many(
  p_who actor, p_at timestamptz, p_stream text, p_booked_on date, p_planned planned[], p_moves move[])
returns bigint[] language plpgsql security definer
set search_path from current
as $$
declare
  ids bigint[];
  batch constant bigint := nextval('vault.batch_id_seq');
  numbers constant regclass := pg_get_serial_sequence('vault.operation', 'id');
begin
  ids := array(select nextval(numbers) from generate_series(1, cardinality(p_planned)));
  insert into operation (id, kind, at, booked_on, issuer_id, amount, commission, version_id, actor_id, client_id, coin_id,
                         reverses_id, details, counter_client_id, counter_coin_id, of_id, batch_id)
    overriding system value
    select ids[p.i], p.kind, p_at, p_booked_on, p.issuer_id, p.amount, p.commission, p.version_id, p_who.staff_id,
           p.client_id, p.coin_id, p.reverses_id, coalesce(p.details, '{}'), p.counter_client_id, p.counter_coin_id,
           case when p.of_own then ids[min(p.i) over (partition by p.n)] else p.of_id end, batch
      from unnest(p_planned) with ordinality
             as p (n, sub, kind, issuer_id, amount, commission, fee, on_top, version_id, client_id, coin_id,
                   counter_client_id, counter_coin_id, of_id, of_own, reverses_id, details, limit_kind, limit_version,
                   local_on, cashback_id, cashback, hold_account, broken, refusal, operation_id, i);
  -- Those who switch an issuer off hold the ledger meanwhile, so this sees what they did.
  if exists (select from issuer i where not i.active) then
    perform from unnest(p_moves) as m
      cross join lateral (values (m.debit), (m.credit)) as e (id)
      join account a on a.id = e.id and a.kind in ('WALLET', 'HOLD', 'PAYOUT', 'CASHBACK_DUE', 'BATCH', 'UNALLOCATED')
      join issuer i on i.id = a.issuer_id and not i.active
     limit 1;
    if found then
      raise exception 'issuer.off' using errcode = 'BO026';
    end if;
  end if;
  perform moves_write(ids, p_planned, p_moves, p_booked_on);
  insert into operation_total as t (booked_on, operation_kind, issuer_id, stripe, pieces, amount, commission)
    select p_booked_on, p.kind, p.issuer_id, pg_backend_pid() % 16, count(p.n), sum(p.amount), sum(p.commission)
      from unnest(p_planned) as p
     group by p.kind, p.issuer_id
     order by p.kind, p.issuer_id
    on conflict (booked_on, operation_kind, issuer_id, stripe) do update
      set pieces = t.pieces + excluded.pieces, amount = t.amount + excluded.amount,
          commission = t.commission + excluded.commission;
  perform log_write(p_stream, p_who, 'operations', 'batch', batch::text, null, jsonb_build_object(
    'at', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), 'operations', cardinality(ids),
    'postings', cardinality(p_moves), 'first', ids[1], 'last', ids[cardinality(ids)],
    'digest', batch_digest(batch, ids[1], ids[cardinality(ids)])), false, p_at);
  return ids;
end $$;
