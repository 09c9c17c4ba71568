-- Assigns a cashier to a desk, or ends the assignment; a day that is under way goes on to its end.
create function rule.desk_assigned(
  p_who actor, p_at timestamptz, p_key uuid, p_desk_id integer, p_staff_id integer, p_assigned boolean)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('desk', p_desk_id, 'staff', p_staff_id, 'assigned', p_assigned);
  seen jsonb;
  had boolean;
begin
  perform from desk where id = p_desk_id for update;
  if not found then
    perform refuse('BO022', 'desk.not_found');
  end if;
  seen := key_seen(p_who, p_key, 'desk.assign', content);
  if seen is not null then
    return seen;
  end if;
  if not exists (select from staff s where s.id = p_staff_id and s.role = 'cashier') then
    perform refuse('BO022', 'staff.not_cashier');
  end if;
  had := exists (select from desk_assignment a where a.desk_id = p_desk_id and a.staff_id = p_staff_id);
  if p_assigned and not had then
    insert into desk_assignment (desk_id, staff_id) values (p_desk_id, p_staff_id);
  elsif not p_assigned and had then
    delete from desk_assignment a where a.desk_id = p_desk_id and a.staff_id = p_staff_id;
  end if;
  perform log_write('system', p_who, 'desk.assign', 'desk', p_desk_id::text,
                    jsonb_build_object('staff', p_staff_id, 'assigned', had),
                    jsonb_build_object('staff', p_staff_id, 'assigned', p_assigned), false, p_at);
  return key_keep(p_who, p_key, 'desk.assign', content, content);
end $$;
