-- A request that the asker may see: an own one, or one that was handed in. Refuses the rest as not found.
create function rule.change_visible(p_who actor, p_request_id bigint)
returns change_request language plpgsql stable
as $$
declare
  r change_request;
begin
  select * into r from change_request
   where id = p_request_id and kind = any (change_kinds_seen()) and (maker_id = p_who.staff_id or submitted_at is not null or alone);
  if not found then
    perform refuse('BO022', 'change.not_found');
  end if;
  return r;
end $$;
