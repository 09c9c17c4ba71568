-- Between which numbers the operations of a period lie, both ends included: then any index that ends in the number is
-- walked within them. A day of it has two probes. null: that end is open, because it was left out or because the ledger
-- may still book on those days. Nothing in the period: first is above last.
-- permission: operation:list
create function api.operation_span(p_from date, p_to date)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  earliest constant date := (select o.booked_on from operation o order by o.booked_on, o.id limit 1);
  latest constant date := (select o.booked_on from operation o order by o.booked_on desc, o.id desc limit 1);
  to_day constant date := least(p_to, latest);
  -- Without a beginning only the end is asked for: no number is out of its day's place by a year.
  from_day constant date := greatest(coalesce(p_from, to_day - 400), earliest);
  -- A desk's day may run on after its date; some days later it is closed.
  past constant boolean := p_to < (clock_timestamp() at time zone 'UTC')::date - 3;
  first_id bigint;
  last_id bigint;
begin
  perform require('operation:list');
  select min(a.id), max(z.id) into first_id, last_id
    from generate_series(from_day, to_day, interval '1 day') as d
   cross join lateral (select o.id from operation o where o.booked_on = d::date order by o.booked_on, o.id limit 1) as a
   cross join lateral (
     select o.id from operation o where o.booked_on = d::date order by o.booked_on desc, o.id desc limit 1) as z;
  if first_id is null and p_from is not null and past then
    return jsonb_build_object('first', 1, 'last', 0);
  end if;
  return jsonb_build_object('first', case when p_from is not null then first_id end,
                            'last', case when past then last_id end);
end $$;
