-- Writes a rate of an exchange office. Off the band around the system's rate (or the office's last one, when the system
-- has none) it is refused to one who acts alone.
create function rule.office_rate_apply(p_payload jsonb, p_at timestamptz, p_request_id bigint)
returns jsonb language plpgsql
as $$
declare
  o exchange_office := office_named(p_payload);
  starts constant timestamptz := moment_of(p_payload, p_at);
  b smallint;
  q smallint;
  system system_rate;
  last office_rate;
  off numeric;
  new_id bigint;
begin
  perform rate_checked(p_payload);
  select i.id into b from issuer i where i.code = p_payload ->> 'base';
  select i.id into q from issuer i where i.code = p_payload ->> 'quote';
  if exists (select from office_rate r where r.office_id = o.id and r.base_id = b and r.quote_id = q and r.valid_from >= starts) then
    perform refuse('BO021', 'contract.later_version');
  end if;
  if exists (select from office_rate r where r.office_id = o.id and r.base_id = q and r.quote_id = b) then
    perform refuse('BO030', 'rate.other_way_round', jsonb_build_object('base', p_payload ->> 'quote', 'quote', p_payload ->> 'base'));
  end if;
  system := system_rate_at(b, q, p_at);
  last := office_rate_at(o.id, b, q, p_at);
  off := off_band(b, q, ((p_payload ->> 'buy')::numeric + (p_payload ->> 'sell')::numeric) / 2,
                  coalesce((system.buy + system.sell) / 2, (last.buy + last.sell) / 2));
  if off is not null and exists (select from change_request r where r.id = p_request_id and r.alone) then
    perform refuse('BO012', 'rate.off_band', jsonb_build_object(
      'base', p_payload ->> 'base', 'quote', p_payload ->> 'quote', 'percent', off::text));
  end if;
  insert into office_rate (office_id, base_id, quote_id, buy, sell, valid_from, request_id)
    values (o.id, b, q, (p_payload ->> 'buy')::numeric, (p_payload ->> 'sell')::numeric, starts, p_request_id)
    returning id into new_id;
  return jsonb_build_object('takes_effect_at', starts, 'rate_id', new_id, 'off_band', off);
end $$;
