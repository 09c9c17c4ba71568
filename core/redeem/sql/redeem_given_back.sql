-- Ends a request for good and gives back what it set aside, or what approving it posted: declined, cancelled, expired. A
-- blocked operation stays as it is until it is unblocked.
create function rule.redeem_given_back(
  p_who actor, p_at timestamptz, p_stream text, p_what text, p_request redeem_request, p_state text, p_reason text)
returns jsonb language plpgsql
as $$
declare
  r constant redeem_request := p_request;
  given_back bigint;
begin
  if operation_blocked((select h.operation_id from hold h where h.id = r.hold_id), p_at)
     or operation_blocked(r.operation_id, p_at) then
    perform refuse('BO026', 'operation.blocked');
  end if;
  given_back := case when r.operation_id is null
    then hold_end(p_who, p_at, r.hold_id, p_stream, jsonb_build_object('redeem', r.id, 'state', p_state))
    else redeem_taken_back(p_who, p_at, p_stream, r) end;
  -- The system decides nothing: what expires keeps who had approved it.
  update redeem_request
     set state = p_state, reason = coalesce(p_reason, reason),
         decided_by_id = case when p_state = 'expired' then decided_by_id else p_who.staff_id end,
         decided_at = case when p_state = 'expired' then decided_at else p_at end
   where id = r.id;
  perform redeem_log(p_who, p_at, p_stream, p_what, r, p_state,
                     jsonb_build_object('reason', p_reason, 'operation', given_back));
  return jsonb_build_object('request_id', r.id, 'state', p_state, 'operation_id', given_back);
end $$;
