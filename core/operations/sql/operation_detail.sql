-- One operation whole: facts, sides, the lines that were posted, what it goes on with and what went on with it (refunds,
-- captures, items; the first fifty), its reversal, blocks, and the terms by which it was priced. Leaves a trace.
-- permission: operation:list
create function api.operation_detail(p_operation_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('operation:list');
  o operation;
  answer jsonb;
begin
  select * into o from operation where id = p_operation_id;
  if not found then
    perform refuse('BO022', 'operation.not_found');
  end if;
  perform log_write('person:' || who.staff_id, who, 'operation.read', 'operation', o.id::text, null, null);
  select jsonb_build_object(
           'operation_id', o.id, 'kind', o.kind, 'at', o.at, 'booked_on', o.booked_on, 'issuer', i.code, 'scale', i.scale,
           'amount', o.amount, 'commission', o.commission, 'details', o.details, 'batch_id', o.batch_id,
           'day_id', o.day_id, 'of_id', o.of_id, 'reverses_id', o.reverses_id,
           'actor', (select s.name from staff s where s.id = o.actor_id),
           'desk', (select k.name from desk_day d join desk k on k.id = d.desk_id where d.id = o.day_id))
    into answer
    from issuer i
   where i.id = o.issuer_id;
  return answer || jsonb_build_object(
    'sides', (
      select coalesce(jsonb_agg(jsonb_build_object('client_id', c.id, 'client', c.name, 'email', c.email,
               'phone', c.phone, 'coin_id', s.coin_id, 'serial', n.serial, 'other', s.other) order by s.other), '[]')
        from (values (o.client_id, o.coin_id, false), (o.counter_client_id, o.counter_coin_id, true))
             as s (client_id, coin_id, other)
        join client c on c.id = s.client_id
        left join coin n on n.id = s.coin_id),
    'lines', coalesce((
      select lines_named(array_agg(p.debit_account_id order by p.line), array_agg(p.credit_account_id order by p.line),
                         array_agg(p.amount order by p.line))
        from posting p where p.operation_id = o.id), '[]'),
    'links', (
      select coalesce(jsonb_agg(jsonb_build_object('operation_id', l.id, 'kind', l.kind, 'way', l.way, 'at', l.at,
               'amount', l.amount, 'issuer', i.code, 'scale', i.scale) order by l.id), '[]')
        from ((select x.id, x.kind, x.at, x.amount, x.issuer_id, 'of' as way from operation x where x.id = o.of_id)
              union all
              (select x.id, x.kind, x.at, x.amount, x.issuer_id, 'reverses' from operation x where x.id = o.reverses_id)
              union all
              (select x.id, x.kind, x.at, x.amount, x.issuer_id, 'reversed_by' from operation x where x.reverses_id = o.id)
              union all
              (select x.id, x.kind, x.at, x.amount, x.issuer_id, 'followed_by' from operation x
                where x.of_id = o.id order by x.id limit 50)) as l
        join issuer i on i.id = l.issuer_id),
    'refunded', (select r.amount from refund_total r where r.operation_id = o.id),
    'blocks', (
      select coalesce(jsonb_agg(jsonb_build_object('block_id', b.id, 'state', b.state, 'kind', b.kind,
               'reason', b.reason, 'made_at', b.made_at) order by b.id desc), '[]')
        from block b where b.operation_id = o.id),
    'terms', (
      select jsonb_build_object('contract_id', k.id, 'contract', k.name, 'version_id', v.id, 'valid_from', v.valid_from)
        from contract_version v join contract k on k.id = v.contract_id where v.id = o.version_id));
end $$;
