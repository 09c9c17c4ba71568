-- Keeps what a batch did beside the ledger: holds, applications, redeem requests, cashback, refunds, offers taken,
-- and the answer under each line's key. Returns the answers in the order of the lines; of a
-- line that was left for later it is null.
create function rule.operations_keep(
  p_who actor, p_at timestamptz, p_lines jsonb[], p_keys uuid[], p_plans planned[], p_results jsonb[], p_keyed boolean)
returns jsonb[] language plpgsql
as $$
declare
  results jsonb[] := p_results;
  kept integer;
  r record;
begin
  perform holds_keep(p_who, p_at, p_lines, p_keys, p_plans);
  perform ways_back_keep(p_at, p_plans);
  perform cashback_keep(p_at, p_plans);
  for r in
    select p.n,
           case
             when p.refusal is not null then '{"status": "refused"}' || p.refusal
             when p.broken is not null then jsonb_build_object('status', 'limited', 'application_id', (
               select a.id from application a
                where a.request_key = coalesce(p_keys[p.n], md5(p_at::text || p.n)::uuid)))
             else jsonb_strip_nulls(jsonb_build_object(
               'status', 'done', 'operation_id', p.operation_id,
               -- Of a mass payment what was taken: nothing of the parts that went back.
               'commission', case when p.kind <> 'mass_payment' then p.fee else (
                 select sum(i.commission) from unnest(p_plans) as i where i.n = p.n and i.sub > 0) end,
               'hold_id', case when p.kind in ('hold', 'redeem_hold') then (
                 select h.id from hold h where h.operation_id = p.operation_id) end,
               'redeem_id', case when p.kind = 'redeem_hold' then (
                 select q.id from hold h join redeem_request q on q.hold_id = h.id
                  where h.operation_id = p.operation_id) end,
               'items', case when p.kind = 'mass_payment' then (
                 select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                                    'operation_id', i.operation_id, 'failure', i.details ->> 'failure')) order by i.sub)
                   from unnest(p_plans) as i
                  where i.n = p.n and i.sub > 0) end)) end as answer
      from unnest(p_plans) as p
     where p.sub = 0
  loop
    results[r.n] := r.answer;
  end loop;
  if p_keyed then
    insert into request_key (key, actor_id, what, request_hash, result)
      select e.key, p_who.staff_id, 'operation', sha256(convert_to(e.l::text, 'UTF8')), e.result
        from unnest(p_keys, p_lines, results) as e (key, l, result)
       where e.result ->> 'status' in ('done', 'limited')
       order by 1
      on conflict do nothing;
    get diagnostics kept = row_count;
    -- Another one has taken a key meanwhile: all of this is undone and done again, and finds that one's answer.
    if kept <> (select count(e.result) from unnest(results) as e (result)
                 where e.result ->> 'status' in ('done', 'limited')) then
      raise exception 'key taken meanwhile' using errcode = '40001';
    end if;
  end if;
  return results;
end $$;
