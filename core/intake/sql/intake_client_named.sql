-- The client whose e-mail a line names, in whatever case; refuses one that is not there.
create function rule.intake_client_named(p_email text)
returns bigint language plpgsql stable
as $$
declare
  found_id bigint;
begin
  select id into found_id from client where email_key = folded(p_email);
  if found_id is null then
    perform refuse('BO022', 'intake.client_not_found');
  end if;
  return found_id;
end $$;
