-- Refuses to move a request on from a state in which it is not.
create function rule.redeem_move_check(p_request redeem_request, p_to text, variadic p_from text[])
returns boolean language plpgsql stable
as $$
begin
  if p_request.state <> all (p_from) then
    perform refuse('BO021', 'redeem.wrong_state', jsonb_build_object(
      'from_state', p_request.state, 'to_state', p_to));
  end if;
  return true;
end $$;
