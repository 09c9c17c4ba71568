-- Starts a cashier's day at a desk: the cash date is fixed here, in the branch's time zone.
create function rule.day_start(p_who actor, p_at timestamptz, p_key uuid, p_desk_id integer)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('desk', p_desk_id);
  seen jsonb;
  k desk;
  held record;
  new_id bigint;
begin
  select * into k from desk where id = p_desk_id for update;
  if not found or not k.active then
    perform refuse('BO022', 'desk.not_found');
  end if;
  seen := key_seen(p_who, p_key, 'desk_day.start', content);
  if seen is not null then
    return seen;
  end if;
  if not exists (select from desk_assignment a where a.desk_id = k.id and a.staff_id = p_who.staff_id) then
    perform refuse('BO012', 'desk.not_assigned', jsonb_build_object('desk', k.name));
  end if;
  select s.name into held from desk_day d join staff s on s.id = d.cashier_id
    where d.desk_id = k.id and d.state not in ('closed', 'abandoned');
  if found then
    perform refuse('BO021', 'day.desk_busy', jsonb_build_object('desk', k.name, 'cashier', held.name));
  end if;
  select k1.name into held from desk_day d join desk k1 on k1.id = d.desk_id
    where d.cashier_id = p_who.staff_id and d.state not in ('closed', 'abandoned');
  if found then
    perform refuse('BO021', 'day.cashier_busy', jsonb_build_object('desk', held.name));
  end if;
  insert into desk_day (desk_id, cashier_id, cash_date, started_at)
    select k.id, p_who.staff_id, (p_at at time zone b.time_zone)::date, p_at from branch b where b.id = k.branch_id
    on conflict do nothing
    returning id into new_id;
  if new_id is null then
    -- The same cashier started at another desk at this very moment.
    select k1.name into held from desk_day d join desk k1 on k1.id = d.desk_id
      where d.cashier_id = p_who.staff_id and d.state not in ('closed', 'abandoned');
    perform refuse('BO021', 'day.cashier_busy', jsonb_build_object('desk', held.name));
  end if;
  perform log_write('day:' || new_id, p_who, 'desk_day.start', 'desk_day', new_id::text, null,
                    jsonb_build_object('desk', k.id, 'state', 'opening_count',
                                       'cash_date', (select cash_date from desk_day where id = new_id)), false, p_at);
  return key_keep(p_who, p_key, 'desk_day.start', content, day_described(new_id));
end $$;
