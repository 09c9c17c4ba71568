-- Refuses an amount that breaks a limit of the version: by amount or by the number of operations.
create function rule.limits_check(
  p_version_id integer, p_client_id bigint, p_kind text, p_issuer_id smallint, p_on date, p_amount bigint)
returns boolean language plpgsql stable
as $$
declare
  l record;
begin
  for l in select x.period, x.amount, x.pieces, x.amount_used, x.pieces_used
             from limits_left(p_version_id, p_client_id, p_kind, p_issuer_id, p_on) x loop
    if l.amount_used + p_amount > l.amount then
      perform refuse('BO023', 'limit.exceeded', jsonb_build_object(
        'period', l.period, 'limit', l.amount, 'used', l.amount_used,
        'left', greatest(l.amount - l.amount_used, 0), 'issuer', (select code from issuer where id = p_issuer_id)));
    end if;
    if l.pieces_used + 1 > l.pieces then
      perform refuse('BO023', 'limit.count_exceeded', jsonb_build_object(
        'period', l.period, 'limit', l.pieces, 'used', l.pieces_used));
    end if;
  end loop;
  return true;
end $$;
