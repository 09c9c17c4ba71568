-- A redeem request locked for change, and after it its hold and its coin; refused when there is no such request.
create function rule.redeem_locked(p_request_id bigint)
returns redeem_request language plpgsql
as $$
declare
  r redeem_request;
begin
  select * into r from redeem_request where id = p_request_id for no key update;
  if not found then
    perform refuse('BO022', 'redeem.not_found');
  end if;
  perform from hold h where h.id = r.hold_id for no key update;
  perform from coin c where c.id = r.coin_id for no key update;
  return r;
end $$;
