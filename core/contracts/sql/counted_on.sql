-- The six counters of a client's limits with one more amount (or number of operations): those whose period is past start
-- again. One expression, so that an update has it inlined.
create function rule.counted_on(p_used anyarray, p_starts date[], p_now date[], p_more anyelement)
returns anyarray language sql immutable
as $$
  select array[case when p_starts[1] = p_now[1] then p_used[1] else 0 end + p_more,
               case when p_starts[2] = p_now[2] then p_used[2] else 0 end + p_more,
               case when p_starts[3] = p_now[3] then p_used[3] else 0 end + p_more,
               case when p_starts[4] = p_now[4] then p_used[4] else 0 end + p_more,
               case when p_starts[5] = p_now[5] then p_used[5] else 0 end + p_more,
               case when p_starts[6] = p_now[6] then p_used[6] else 0 end + p_more]
$$;
