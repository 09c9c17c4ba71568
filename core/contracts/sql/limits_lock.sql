-- Locks the client's counters of this kind and issuer, making them when they are first needed.
create function rule.limits_lock(p_client_id bigint, p_kind text, p_issuer_id smallint)
returns boolean language plpgsql
as $$
begin
  perform from limit_used
    where client_id = p_client_id and operation_kind = p_kind and issuer_id = p_issuer_id
    for update;
  if not found then
    insert into limit_used values (p_client_id, p_kind, p_issuer_id, period_starts('epoch'),
                                   array[0, 0, 0, 0, 0, 0], array[0, 0, 0, 0, 0, 0])
      on conflict do nothing;
    perform from limit_used
      where client_id = p_client_id and operation_kind = p_kind and issuer_id = p_issuer_id
      for update;
  end if;
  return true;
end $$;
