-- The budgets of cashback that a batch draws on, by place: of each plan which, and what is left of each; a version
-- without a budget has no place.
create function rule.budgets_placed(p_plans planned[], out budgets integer[], out budgets_left bigint[])
language plpgsql stable
as $$
begin
  with asked as materialized (
    select p.cashback_id, row_number() over (order by p.n, p.sub) as i from unnest(p_plans) as p),
  placed as materialized (
    select v.id, v.budget - coalesce(u.amount, 0) as remaining, row_number() over (order by v.id)::integer as b
      from cashback_version v
      left join cashback_used u on u.version_id = v.id
     where v.budget is not null and v.id in (select a.cashback_id from asked a))
  select (select array_agg(x.b order by a.i) from asked a left join placed x on x.id = a.cashback_id),
         (select array_agg(greatest(x.remaining, 0) order by x.b) from placed x)
    into budgets, budgets_left;
end $$;
