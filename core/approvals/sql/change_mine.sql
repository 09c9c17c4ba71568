-- The maker's own request, locked. Refuses another's, and one that was changed since it was shown.
create function rule.change_mine(p_who actor, p_request_id bigint, p_revision integer)
returns change_request language plpgsql
as $$
declare
  r change_request;
begin
  select * into r from change_request where id = p_request_id and maker_id = p_who.staff_id for no key update;
  if not found then
    perform refuse('BO022', 'change.not_found');
  end if;
  if p_revision is not null and r.revision <> p_revision then
    perform refuse('BO025', 'change.other_revision');
  end if;
  return r;
end $$;
