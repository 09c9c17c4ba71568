-- Refuses to work under settings that change what a rule means: an old snapshot could show a session that was
-- ended since, and two parser settings could change how a rule's own text is read.
create function auth.settings_sane()
returns boolean language plpgsql
as $$
begin
  if current_setting('transaction_isolation') <> 'read committed'
     or current_setting('standard_conforming_strings') <> 'on'
     or current_setting('transform_null_equals') <> 'off' then
    perform refuse('BO043', 'session.settings');
  end if;
  return true;
end $$;
