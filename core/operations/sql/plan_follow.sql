-- What a line that goes on with an earlier operation will do: refund, reversal, capture, release, redeem_cancel,
-- application_withdraw. First what all of them ask: is there such an operation, is it not blocked, not reversed.
create function rule.plan_follow(
  p_at timestamptz, p_n integer, p_line jsonb, p_of_id bigint, out plans planned[], out moves move[])
language plpgsql stable
as $$
declare
  act constant text := p_line ->> 'do';
  p planned;
  o operation;
begin
  p.n := p_n;
  p.sub := 0;
  p.of_own := false;
  p.commission := 0;
  p.fee := 0;
  p.on_top := 0;
  p.details := jsonb_strip_nulls(jsonb_build_object('note', p_line -> 'note'));
  select x.* into o from operation x where x.id = p_of_id;
  p.kind := case when act in ('redeem_cancel', 'application_withdraw') then 'release' else act end;
  p.of_id := o.id;
  p.issuer_id := o.issuer_id;
  p.amount := o.amount;
  p.version_id := o.version_id;
  p.client_id := o.client_id;
  p.coin_id := o.coin_id;
  p.counter_client_id := o.counter_client_id;
  p.counter_coin_id := o.counter_coin_id;
  p.refusal := case
    when o.id is null
      then no('BO022', case act when 'application_withdraw' then 'application.not_found' else 'operation.not_found' end)
    when length(p_line ->> 'note') > 140 or has_unseen(p_line ->> 'note') then no('BO030', 'note.invalid')
    when operation_blocked(o.id, p_at) then no('BO026', 'operation.blocked')
    when exists (select from operation r where r.reverses_id = o.id) then no('BO021', 'operation.reversed') end;
  if p.refusal is not null then
    plans := array[p];
    return;
  end if;
  if act = 'refund' then
    select r.plans, r.moves into plans, moves from plan_refund(p_at, p_line, p, o) as r;
  elsif act = 'reversal' then
    select r.plans, r.moves into plans, moves from plan_reversal(p_at, p, o) as r;
  elsif act = 'capture' then
    select r.plans, r.moves into plans, moves from plan_capture(p_at, p_line, p) as r;
  else
    select r.plans, r.moves into plans, moves from plan_release(p, act) as r;
  end if;
end $$;
