-- What giving a hold back will do: a payment's (release), a redeem request's that its client takes back (redeem_cancel),
-- which is then cancelled, or that of an application (application_withdraw). What it used of the limits goes back too.
-- p_of: the hold's operation, as `plan_follow` knows it.
create function rule.plan_release(p_plan planned, p_of record, out plan planned, out moves move[])
language plpgsql stable
as $$
declare
  h constant hold := case
    when (p_of.hold).purpose = case p_of.act when 'release' then 'payment' when 'redeem_cancel' then 'redeem'
                                             else 'application' end then p_of.hold end;
  request record;
  waiting record;
begin
  plan := p_plan;
  select r.kind, r.state into request from redeem_request r where r.hold_id = h.id;
  select a.id, a.state into waiting from application a where a.hold_id = h.id;
  plan.refusal := case
    when h.id is null then no('BO022', case p_of.act when 'release' then 'hold.not_found'
                                                    when 'redeem_cancel' then 'redeem.not_found'
                                                    else 'application.not_found' end)
    when request.state is not null and request.state <> 'pending'
         and (request.kind, request.state) <> ('cash', 'approved')
      then no('BO021', 'redeem.wrong_state', jsonb_build_object('from_state', request.state, 'to_state', 'cancelled'))
    when waiting.state not in ('limited', 'taken', 'approved')
      then no('BO021', 'application.wrong_state',
              jsonb_build_object('from_state', waiting.state, 'to_state', 'withdrawn'))
    when h.state <> 'active'
      then no('BO021', 'hold.wrong_state', jsonb_build_object('from_state', h.state, 'to_state', 'released')) end;
  if plan.refusal is null then
    plan.amount := h.amount;
    plan.limit_kind := case when h.counted_on is not null then h.kind end;
    plan.local_on := h.counted_on;
    if waiting.id is not null then
      plan.details := plan.details || jsonb_build_object('application', waiting.id);
    end if;
    moves := array[row(plan.n, 0, 1, p_of.giver_hold, p_of.giver_wallet, h.amount + h.on_top)::move];
  end if;
end $$;
