-- Makes a member of staff: the login role with its verifier and limits, the rows, the secrets. Called by
-- prov.staff_create and, for the first administrator, by the installation. The server logs nothing from inside:
-- even a debug message would quote the statement, and with it the verifier.
-- owner: bocli_provisioner
create function auth.account_create(
  p_email text, p_name text, p_role text, p_person_id integer, p_verifier text, p_kdf text, p_one_time boolean)
returns jsonb language plpgsql security definer
set search_path from current
set log_min_messages = 'fatal'
as $$
declare
  m staff;
  mail constant text := lower(trim(coalesce(p_email, '')));
  new_login name;
  group_role constant name := 'bocli_role_' || p_role;
begin
  if mail !~ '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]+@[a-z0-9-]+([.][a-z0-9-]+)+$' or length(mail) > 254 then
    perform refuse('BO030', 'staff.email_invalid');
  end if;
  if length(trim(coalesce(p_name, ''))) not between 1 and 200 or p_name ~ '[[:cntrl:]]' then
    perform refuse('BO030', 'staff.name_invalid');
  end if;
  if not exists (select from role_policy where role = p_role) then
    perform refuse('BO030', 'staff.role_unknown');
  end if;
  perform verifier_check(p_verifier, p_kdf);
  select 'bo_' || left(encode(sha256(convert_to(i.id || '|' || mail, 'UTF8')), 'hex'), 24) into strict new_login
    from installation i;
  if exists (select from staff where login = new_login) then
    perform refuse('BO030', 'staff.email_taken');
  end if;
  m.person_id := p_person_id;
  if m.person_id is null then
    insert into person (name) values (trim(p_name)) returning id into m.person_id;
  elsif not exists (select from person where id = m.person_id) then
    perform refuse('BO022', 'staff.person_not_found');
  end if;
  insert into staff (person_id, login, email, name, role)
    values (m.person_id, new_login, mail, trim(p_name), p_role) returning id into m.id;
  begin
    execute format('create role %I login inherit nocreatedb nocreaterole noreplication connection limit 4 password %L',
                   new_login, p_verifier);
  exception when others then
    -- told without the statement, which holds the verifier
    raise exception 'staff.role_failed' using errcode = 'BO021', detail = jsonb_build_object('state', sqlstate)::text;
  end;
  execute format('grant %I to %I', group_role, new_login);
  execute format('alter role %I set statement_timeout = ''30s''', new_login);
  execute format('alter role %I set lock_timeout = ''3s''', new_login);
  execute format('alter role %I set idle_in_transaction_session_timeout = ''10s''', new_login);
  perform secrets_make(m.id, p_verifier, p_kdf, p_one_time);
  return jsonb_build_object('staff_id', m.id, 'person_id', m.person_id, 'login', new_login);
end $$;
