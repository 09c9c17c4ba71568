-- What giving a hold back will do: a payment's (release), a redeem request's that its client takes back (redeem_cancel),
-- which is then cancelled, or that of an application (application_withdraw). What it used of the limits goes back too.
create function rule.plan_release(p_plan planned, p_act text, out plans planned[], out moves move[])
language plpgsql stable
as $$
declare
  p planned := p_plan;
  h hold;
  request record;
  waiting record;
begin
  select x.* into h from hold x
   where x.operation_id = p.of_id and x.purpose = case p_act when 'release' then 'payment' when 'redeem_cancel' then 'redeem' else 'application' end;
  select r.kind, r.state into request from redeem_request r where r.hold_id = h.id;
  select a.id, a.state into waiting from application a where a.hold_id = h.id;
  p.refusal := case
    when h.id is null then no('BO022', case p_act when 'release' then 'hold.not_found' when 'redeem_cancel' then 'redeem.not_found'
                                                 else 'application.not_found' end)
    when request.state is not null and request.state <> 'pending'
         and (request.kind, request.state) <> ('cash', 'approved')
      then no('BO021', 'redeem.wrong_state', jsonb_build_object('from_state', request.state, 'to_state', 'cancelled'))
    when waiting.state not in ('limited', 'taken', 'approved')
      then no('BO021', 'application.wrong_state',
              jsonb_build_object('from_state', waiting.state, 'to_state', 'withdrawn'))
    when h.state <> 'active'
      then no('BO021', 'hold.wrong_state', jsonb_build_object('from_state', h.state, 'to_state', 'released')) end;
  if p.refusal is null then
    p.amount := h.amount;
    p.limit_kind := case when h.counted_on is not null then h.kind end;
    p.local_on := h.counted_on;
    if waiting.id is not null then
      p.details := p.details || jsonb_build_object('application', waiting.id);
    end if;
    moves := array(select row(p.n, 0, 1, c.hold_account_id, c.wallet_account_id, h.amount + h.on_top)::move
                     from coin c where c.id = h.coin_id);
  end if;
  plans := array[p];
end $$;
