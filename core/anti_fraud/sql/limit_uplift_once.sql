-- The uplift in force that takes one operation of this amount past all limits; null when there is none. One that came
-- with an application is for the application's own coin (p_coin_id null: any), while that is approved.
create function rule.limit_uplift_once(
  p_client_id bigint, p_kind text, p_issuer_id smallint, p_amount bigint, p_at timestamptz,
  p_coin_id bigint default null)
returns bigint language plpgsql stable
as $$
begin
  return (
    select u.id
      from limit_uplift u
      left join application a on a.id = u.application_id
     where u.client_id = p_client_id and u.operation_kind = p_kind and u.issuer_id = p_issuer_id
       and u.expires_at > p_at and u.starts_at <= p_at and u.once and u.used_operation_id is null
       and u.amount >= p_amount
       and (u.application_id is null
            or a.state = 'approved' and (p_coin_id is null or a.coin_id = p_coin_id))
     order by u.application_id nulls last, u.id
     limit 1);
end $$;
