-- Takes a lost second factor away, with the reason; sessions end at once.
-- permission: staff:reset
create function prov.staff_reset_second_factor(
  p_key uuid, p_staff_id integer, p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  m staff;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('staff:reset');
  content := jsonb_build_object('staff', p_staff_id, 'reason', p_reason);
  seen := key_seen(who, p_key, 'staff.reset_second_factor', content);
  if seen is not null then
    return seen;
  end if;
  m := staff_managed(who, p_staff_id);
  if length(trim(coalesce(p_reason, ''))) not between 3 and 500 then
    perform refuse('BO030', 'reason.missing');
  end if;
  perform second_factor_forget(m.id);
  perform sessions_end(m.id, 'second_factor_reset');
  perform log_write('person:' || m.id, who, 'staff.reset_second_factor', 'staff', m.id::text, null,
                    jsonb_build_object('reason', p_reason));
  perform connections_end(m.login);
  return key_keep(who, p_key, 'staff.reset_second_factor', content, jsonb_build_object('staff_id', m.id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'staff.reset_second_factor', jsonb_build_object('staff', p_staff_id));
end $$;
