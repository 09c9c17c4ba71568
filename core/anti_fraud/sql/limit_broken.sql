-- The first limit that an operation of this amount would break: period, measure (amount or pieces), limit, used, excess;
-- null when there is none. Uplifts in force are taken into account. They are rare, and so they are looked at only when
-- the bare contract would not let the operation pass.
create function rule.limit_broken(
  p_version_id integer, p_client_id bigint, p_kind text, p_issuer_id smallint, p_on date, p_amount bigint,
  p_at timestamptz, p_coin_id bigint default null)
returns jsonb language plpgsql stable
as $$
begin
  -- Most times nothing is near a limit. So first the plain question is asked, against what is used in the periods as
  -- they stand; while the day is still the one that was counted in last, all of them do.
  if not exists (
       select from contract_limit l
         left join limit_used u
           on u.client_id = p_client_id and u.operation_kind = p_kind and u.issuer_id = p_issuer_id
        where l.version_id = p_version_id and l.operation_kind = p_kind and l.issuer_id = p_issuer_id
          and (u.starts[1] <> p_on
               or p_amount + coalesce(u.amounts[limit_place(l.period)], 0) > l.amount
               or 1 + coalesce(u.pieces[limit_place(l.period)], 0) > l.pieces)) then
    return null;
  end if;
  if not exists (
       select from limits_left(p_version_id, p_client_id, p_kind, p_issuer_id, p_on) l
        where l.amount_used + p_amount > l.amount or l.pieces_used + 1 > l.pieces) then
    return null;
  end if;
  if limit_uplift_once(p_client_id, p_kind, p_issuer_id, p_amount, p_at, p_coin_id) is not null then
    return null;
  end if;
  return (
    select case when l.amount_used + p_amount > l.amount
                then jsonb_build_object('period', l.period, 'measure', 'amount', 'limit', l.amount,
                                        'used', l.amount_used, 'excess', l.amount_used + p_amount - l.amount)
                else jsonb_build_object('period', l.period, 'measure', 'pieces', 'limit', l.pieces,
                                        'used', l.pieces_used, 'excess', l.pieces_used + 1 - l.pieces) end
      from limits_left(p_version_id, p_client_id, p_kind, p_issuer_id, p_on, p_at) l
     where l.amount_used + p_amount > l.amount or l.pieces_used + 1 > l.pieces
     order by array_position(array['operation', 'day', 'week', 'month', 'quarter', 'year', 'life'], l.period)
     limit 1);
end $$;
