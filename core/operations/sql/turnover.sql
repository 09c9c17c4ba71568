-- What was posted from one booking date to another, both included, by kind and issuer: from the roll-up that the ledger
-- keeps with each operation, so it is exact to the last one and never counts them. What is null does not narrow. p_days:
-- in periods of so many days, counted back from p_to: 0 is the last.
-- permission: operation:list
create function api.turnover(
  p_from date, p_to date, p_kind text, p_issuer text, p_days integer default null)
returns jsonb language plpgsql security definer
set search_path from current
as $$
begin
  perform require('operation:list');
  return jsonb_build_object('lines', (
    select coalesce(jsonb_agg(jsonb_build_object('period', s.period, 'issuer', i.code, 'scale', i.scale,
             'kind', s.operation_kind, 'pieces', s.pieces, 'amount', s.amount, 'commission', s.commission)
             order by s.period, i.position, i.code, s.pieces desc, s.operation_kind), '[]')
      from (select case when p_days > 0 then (p_to - t.booked_on) / p_days else 0 end as period, t.operation_kind,
                   t.issuer_id, sum(t.pieces) as pieces, sum(t.amount) as amount, sum(t.commission) as commission
              from operation_total t
             where t.booked_on between coalesce(p_from, '-infinity') and coalesce(p_to, 'infinity')
               and (p_kind is null or t.operation_kind = p_kind)
               and (p_issuer is null or t.issuer_id = (select x.id from issuer x where x.code = p_issuer))
             group by 1, t.operation_kind, t.issuer_id) as s
      join issuer i on i.id = s.issuer_id));
end $$;
