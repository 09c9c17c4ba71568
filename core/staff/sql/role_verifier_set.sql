-- Gives a login role a new verifier. Neither the server's log nor an error quotes the statement, which holds it.
-- owner: bocli_provisioner
-- grant: bocli_api
create function auth.role_verifier_set(p_login name, p_verifier text)
returns void language plpgsql security definer
set search_path from current
set log_min_messages = 'fatal'
as $$
begin
  if not exists (select from staff where login = p_login) then
    perform refuse('BO022', 'staff.not_found');
  end if;
  begin
    execute format('alter role %I password %L', p_login, p_verifier);
  exception when others then
    raise exception 'staff.role_failed' using errcode = 'BO021', detail = jsonb_build_object('state', sqlstate)::text;
  end;
end $$;
