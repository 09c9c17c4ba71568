-- Posts what of a batch is to be done, and puts the operations' numbers into the plans. What waits without a hold
-- (money that comes in) has nothing to post.
create function rule.operations_write(
  p_who actor, p_at timestamptz, p_stream text, inout p_plans planned[], p_moves move[])
language plpgsql
as $$
declare
  done integer[];
  ids bigint[];
begin
  done := array(select i from generate_subscripts(p_plans, 1) as i
                 where p_plans[i].refusal is null
                   and (p_plans[i].broken is null or p_plans[i].hold_account is not null)
                 order by i);
  if done <> '{}' then
    ids := post_many(p_who, p_at, p_stream, (p_at at time zone 'UTC')::date,
                     array(select p_plans[i] from unnest(done) as i order by i), p_moves);
    for k in 1 .. cardinality(done) loop
      p_plans[done[k]].operation_id := ids[k];
    end loop;
  end if;
end $$;
