-- Why a redeem request can be neither approved nor paid now, as a key of the texts, or null: blocks and switches of the
-- client, the coin and the operation that set the money aside, and whether the client is identified where the terms of
-- the request ask for it.
create function rule.redeem_refusal(p_request redeem_request, p_at timestamptz)
returns text language plpgsql stable
as $$
begin
  return (
    select coalesce(
             side_refusal(n, c, o.state, i.active, true, p_at),
             case when operation_blocked(h.operation_id, p_at) then 'operation.blocked' end,
             case when t.needs_identification and not coalesce(
                    c.identification = 'approved'
                    and coalesce(c.identified_until, 'infinity') >= (p_at at time zone c.time_zone)::date, false)
                  then 'client.not_identified' end)
      from hold h
      join coin n on n.id = p_request.coin_id
      join client c on c.id = n.client_id
      join issuer i on i.id = n.issuer_id
      left join organization o on o.id = c.organization_id
      left join contract_term t
        on t.version_id = p_request.version_id and t.operation_kind = h.kind and t.issuer_id = h.issuer_id
     where h.id = p_request.hold_id);
end $$;
