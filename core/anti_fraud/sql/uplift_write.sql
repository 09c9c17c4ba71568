-- Writes an uplift that comes of an application; its number. Without a moment of its end it is for one operation: used
-- by the one named, or to be used until the application expires.
create function rule.uplift_write(
  p_who actor, p_at timestamptz, p_application application, p_amount bigint, p_pieces integer, p_until timestamptz,
  p_reason text, p_operation_id bigint)
returns bigint language plpgsql
as $$
declare
  new_id bigint;
begin
  insert into limit_uplift (client_id, operation_kind, issuer_id, once, amount, pieces, starts_at, expires_at,
                            made_by_id, reason, application_id, used_operation_id)
    values ((p_application).client_id, (p_application).kind, (p_application).issuer_id, p_until is null,
            case when p_until is null then (p_application).amount else p_amount end, p_pieces, p_at,
            coalesce(p_until, (p_application).expires_at), p_who.staff_id, btrim(p_reason), (p_application).id,
            p_operation_id)
    returning id into new_id;
  return new_id;
end $$;
