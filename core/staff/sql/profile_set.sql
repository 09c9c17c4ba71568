-- One's own language and theme.
-- permission: staff
create function api.profile_set(p_language text, p_theme text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('staff');
  if coalesce(p_language, '') not in ('en', 'uk', 'de', 'pl', 'ar') or coalesce(p_theme, '') !~ '^[a-z_]{1,30}$' then
    perform refuse('BO030', 'profile.invalid');
  end if;
  update staff set language = p_language, theme = p_theme, changed_at = clock_timestamp() where id = who.staff_id;
  perform log_write('person:' || who.staff_id, who, 'profile.set', 'staff', who.staff_id::text, null,
                    jsonb_build_object('language', p_language, 'theme', p_theme));
  return jsonb_build_object('language', p_language, 'theme', p_theme);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'profile.set', '{}');
end $$;
