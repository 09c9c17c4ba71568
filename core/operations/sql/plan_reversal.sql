-- What a reversal will do: the lines of the operation the other way round, last first, and its use of the limits given
-- back. Once, and not after a refund or when its cashback was paid out: then a refund is the way.
-- p_of: the operation, as `plan_follow` knows it.
create function rule.plan_reversal(
  p_at timestamptz, p_plan planned, p_of record, out plan planned, out moves move[])
language plpgsql stable
as $$
declare
  refusal text;
begin
  plan := p_plan;
  -- Every coin that the operation moved: what it gave to one is taken out of that one again, in each unit.
  select min(side_refusal(c, m, o.state, i.active, x.gives, p_at)) into refusal
    from (select a.owner_id, sum(case a.id when l.credit_account_id then l.amount else -l.amount end) > 0 as gives
            from posting l
            join account a on a.id in (l.debit_account_id, l.credit_account_id)
           where l.operation_id = p_of.id and a.kind = 'WALLET'
           group by a.owner_id) as x
    join coin c on c.id = x.owner_id
    join client m on m.id = c.client_id
    join issuer i on i.id = c.issuer_id
    left join organization o on o.id = m.organization_id;
  plan.refusal := case
    when p_of.kind not in ('transfer', 'payment', 'exchange', 'bonus_issue')
      then no('BO021', 'reversal.wrong_kind', jsonb_build_object('kind', p_of.kind))
    when p_of.refunded > 0 then no('BO021', 'reversal.refunded')
    when p_of.cashback_paid_at is not null then no('BO021', 'reversal.cashback_paid')
    when refusal is not null then no('BO026', refusal) end;
  if plan.refusal is null then
    plan.reverses_id := p_of.id;
    plan.limit_kind := case when p_of.kind <> 'bonus_issue' then p_of.kind end;
    plan.local_on := (select (p_of.at at time zone m.time_zone)::date from client m where m.id = p_of.client_id);
    plan.cashback := coalesce(p_of.cashback_due, 0);
    moves := array(select row(plan.n, 0, -l.line, l.credit_account_id, l.debit_account_id, l.amount)::move
                     from posting l where l.operation_id = p_of.id order by l.line desc);
  end if;
end $$;
