-- Refuses what can neither be approved nor paid now: a request whose time is over, and one whose client, coin or operation
-- is blocked or that lacks identification.
create function rule.redeem_open_check(p_request redeem_request, p_at timestamptz)
returns boolean language plpgsql stable
as $$
declare
  refusal constant text := redeem_refusal(p_request, p_at);
begin
  if p_request.expires_at <= p_at then
    perform refuse('BO021', 'redeem.expired');
  end if;
  if refusal is not null then
    perform refuse('BO026', refusal);
  end if;
  return true;
end $$;
