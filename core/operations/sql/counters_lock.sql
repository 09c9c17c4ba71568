-- The counters that a batch will change, locked, those that are new made first: limits by client, kind and issuer, then the
-- budgets of cashback. By place: of each plan its counter, and of each counter whose it is, the version whose limits hold
-- and the client's date.
create function rule.counters_lock(
  p_plans planned[], out counters integer[], out clients bigint[], out kinds text[], out issuers smallint[],
  out versions integer[], out days date[])
language plpgsql
as $$
declare
  there integer;
  made integer;
  g integer := 0;
  r record;
begin
  counters := array_fill(null::integer, array[coalesce(cardinality(p_plans), 0)]);
  clients := '{}';
  for r in
    select p.i, p.client_id, p.limit_kind, p.issuer_id, p.limit_version, p.local_on
      from (select x.client_id, x.limit_kind, x.issuer_id, x.limit_version, x.local_on, x.refusal,
                   row_number() over () as i
              from unnest(p_plans) as x) as p
     where p.limit_kind is not null and p.client_id is not null and p.refusal is null
     order by p.client_id, p.limit_kind, p.issuer_id, p.i
  loop
    if g = 0 or clients[g] <> r.client_id or kinds[g] <> r.limit_kind or issuers[g] <> r.issuer_id then
      g := g + 1;
      clients[g] := r.client_id;
      kinds[g] := r.limit_kind;
      issuers[g] := r.issuer_id;
    end if;
    counters[r.i] := g;
    versions[g] := greatest(versions[g], r.limit_version);
    days[g] := greatest(days[g], r.local_on);
  end loop;
  loop
    perform from limit_used u
      where (u.client_id, u.operation_kind, u.issuer_id) in (
              select c.client_id, c.kind, c.issuer_id
                from unnest(clients, kinds, issuers) as c (client_id, kind, issuer_id))
      order by u.client_id, u.operation_kind, u.issuer_id
      for no key update;
    get diagnostics there = row_count;
    exit when there = g;
    insert into limit_used (client_id, operation_kind, issuer_id, starts, amounts, pieces)
      select c.client_id, c.kind, c.issuer_id, period_starts('epoch'), array[0, 0, 0, 0, 0, 0]::bigint[],
             array[0, 0, 0, 0, 0, 0]
        from unnest(clients, kinds, issuers) as c (client_id, kind, issuer_id)
       where not exists (select from limit_used u where u.client_id = c.client_id and u.operation_kind = c.kind
                            and u.issuer_id = c.issuer_id)
       order by 1, 2, 3
      on conflict do nothing;
    get diagnostics made = row_count;
    -- Whoever makes a row has locked it; unless another one has made some meanwhile, all are.
    exit when there + made = g;
  end loop;
  insert into cashback_used (version_id, amount)
    select distinct v.id, 0
      from unnest(p_plans) as p join cashback_version v on v.id = p.cashback_id and v.budget is not null
     order by v.id
    on conflict do nothing;
  perform from cashback_used u
    where u.version_id in (select p.cashback_id from unnest(p_plans) as p)
    order by u.version_id
    for no key update;
end $$;
