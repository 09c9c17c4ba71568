-- What is held for the application that an uplift came with; it is given back before the operation is done. What is
-- blocked is refused.
create function rule.held_with(p_uplift_id bigint, p_at timestamptz)
returns bigint language plpgsql stable
as $$
declare
  h hold;
begin
  select x.* into h
    from limit_uplift u
    join application a on a.id = u.application_id
    join hold x on x.id = a.hold_id and x.state = 'active'
   where u.id = p_uplift_id;
  if operation_blocked(h.operation_id, p_at) then
    perform refuse('BO026', 'operation.blocked');
  end if;
  return coalesce(h.amount + h.on_top, 0);
end $$;
