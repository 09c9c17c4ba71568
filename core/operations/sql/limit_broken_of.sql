-- The first limit that one more operation of this amount would break, of those from p_from to p_to: its period, whether
-- by amount or by pieces, the limit, what is used of it, and by how much it would be passed. Null when there is none.
create function rule.limit_broken_of(
  p_amount bigint, p_from integer, p_to integer, p_periods text[], p_most bigint[], p_used bigint[],
  p_most_pieces bigint[], p_used_pieces bigint[])
returns jsonb language plpgsql immutable
as $$
begin
  for e in p_from .. p_to loop
    if p_used[e] + p_amount > p_most[e] then
      return jsonb_build_object('period', p_periods[e], 'measure', 'amount', 'limit', p_most[e], 'used', p_used[e],
                                'excess', p_used[e] + p_amount - p_most[e]);
    end if;
    if p_used_pieces[e] + 1 > p_most_pieces[e] then
      return jsonb_build_object('period', p_periods[e], 'measure', 'pieces', 'limit', p_most_pieces[e],
                                'used', p_used_pieces[e], 'excess', p_used_pieces[e] + 1 - p_most_pieces[e]);
    end if;
  end loop;
  return null;
end $$;
