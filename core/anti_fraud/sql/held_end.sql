-- Locks the application that a once-uplift came with, and gives back what is held for it. The caller holds the coin,
-- and applications are locked before coins: so this does not wait, and whoever holds the application goes first. What
-- is blocked is not paid out.
create function rule.held_end(p_who actor, p_at timestamptz, p_stream text, p_uplift_id bigint)
returns boolean language plpgsql
as $$
declare
  a record;
begin
  select x.id, x.hold_id into a
    from limit_uplift u
    join application x on x.id = u.application_id
   where u.id = p_uplift_id and x.state = 'approved'
     for update of x nowait;
  if a.hold_id is not null then
    if operation_blocked((select h.operation_id from hold h where h.id = a.hold_id), p_at) then
      perform refuse('BO026', 'operation.blocked');
    end if;
    perform hold_end(p_who, p_at, a.hold_id, p_stream, jsonb_build_object('application', a.id));
  end if;
  return true;
end $$;
