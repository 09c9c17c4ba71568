-- Makes an application of an operation that breaks a limit; it waits seven days for anti-fraud. p_broken is what
-- limit_broken said, p_payload the operation as it was asked. Returns the application's number.
create function rule.application_add(
  p_who actor, p_at timestamptz, p_stream text, p_key uuid, p_kind text, p_client_id bigint, p_coin_id bigint,
  p_issuer_id smallint, p_amount bigint, p_commission bigint, p_version_id integer, p_broken jsonb, p_payload jsonb,
  p_hold_id bigint default null, p_day_id bigint default null)
returns bigint language plpgsql
as $$
declare
  application_id bigint;
  head bytea;
begin
  insert into application (state, kind, client_id, coin_id, issuer_id, amount, commission, version_id, period, measure,
                           limit_value, used_value, excess, hold_id, day_id, request_key, payload, asked_by_id,
                           asked_at, expires_at)
    values ('limited', p_kind, p_client_id, p_coin_id, p_issuer_id, p_amount, p_commission, p_version_id,
            p_broken ->> 'period', p_broken ->> 'measure', (p_broken ->> 'limit')::bigint,
            (p_broken ->> 'used')::bigint, (p_broken ->> 'excess')::bigint, p_hold_id, p_day_id, p_key, p_payload,
            p_who.staff_id, p_at, p_at + interval '7 days')
    returning id into application_id;
  head := log_write(p_stream, p_who, 'application_add', 'application', application_id::text, null,
                    p_payload || p_broken || jsonb_build_object('kind', p_kind, 'hold', p_hold_id));
  return application_id;
end $$;
