-- Gives back payments' holds that nobody has captured in their time: at most p_most, oldest first. A blocked one stays as
-- it is until it is unblocked. Returns how many.
create function rule.holds_due(p_who actor, p_at timestamptz, p_most integer)
returns integer language plpgsql
as $$
declare
  h record;
  given integer := 0;
begin
  for h in select x.id, x.coin_id from hold x
            where x.state = 'active' and x.purpose = 'payment' and x.expires_at <= p_at
              and not operation_blocked(x.operation_id, p_at)
            order by x.expires_at, x.id limit p_most for no key update skip locked loop
    perform from coin c where c.id = h.coin_id for no key update;
    perform hold_end(p_who, p_at, h.id, 'due', '{"expired": true}');
    given := given + 1;
  end loop;
  return given;
end $$;
