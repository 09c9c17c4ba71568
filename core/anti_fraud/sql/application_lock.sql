-- Locks what an application's operation will touch, in the one order: its hold, what its line goes on with, then all coins.
create function rule.application_lock(p_application application)
returns boolean language plpgsql
as $$
declare
  lines constant jsonb[] := array[(p_application).payload];
  named record;
begin
  perform from hold h where h.id = (p_application).hold_id for no key update;
  select r.refs, r.coins into named from coins_named(lines) as r;
  perform operations_lock(lines, named.coins || (p_application).coin_id, operations_named(lines));
  return true;
end $$;
