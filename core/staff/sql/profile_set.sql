-- One's own name, language, theme and idle minutes (0: the role's; never above them). What is null stays.
-- permission: staff
create function api.profile_set(
  p_language text, p_theme text, p_name text default null, p_idle_minutes integer default null)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  m staff;
  most integer;
  wanted jsonb;
  params text;
begin
  who := require('staff');
  if coalesce(p_language, '') not in ('en', 'uk', 'de', 'pl', 'ar') or coalesce(p_theme, '') !~ '^[a-z_]{1,30}$' then
    perform refuse('BO030', 'profile.invalid');
  end if;
  if length(trim(p_name)) not between 1 and 200 or p_name ~ '[[:cntrl:]]' then
    perform refuse('BO030', 'staff.name_invalid');
  end if;
  select p.idle_minutes into strict most from role_policy p where p.role = who.role;
  if p_idle_minutes < 0 or p_idle_minutes > most then
    perform refuse('BO030', 'profile.idle_minutes', jsonb_build_object('max', most));
  end if;
  select * into strict m from staff where id = who.staff_id for no key update;
  wanted := jsonb_build_object('language', p_language, 'theme', p_theme, 'name', coalesce(trim(p_name), m.name),
                               'idle_minutes', nullif(coalesce(p_idle_minutes, m.idle_minutes), 0));
  update staff set language = p_language, theme = p_theme, name = wanted ->> 'name',
                   idle_minutes = (wanted ->> 'idle_minutes')::smallint, changed_at = clock_timestamp()
   where id = m.id;
  perform log_write('person:' || m.id, who, 'profile.set', 'staff', m.id::text,
                    jsonb_build_object('language', m.language, 'theme', m.theme, 'name', m.name,
                                       'idle_minutes', m.idle_minutes), wanted);
  return wanted || jsonb_build_object('idle_in_force', least(most, (wanted ->> 'idle_minutes')::integer));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'profile.set', '{}');
end $$;
