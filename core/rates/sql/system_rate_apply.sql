-- Writes system rates. Those of the European Central Bank may be of past days; one that is there already with the same
-- numbers is passed over. What is off its band is refused to one who acts alone: {"off_band": [{base, quote, by}]}.
create function rule.system_rate_apply(p_payload jsonb, p_at timestamptz, p_request_id bigint)
returns jsonb language plpgsql
as $$
declare
  e jsonb;
  starts timestamptz;
  latest timestamptz := p_at;
  b smallint;
  q smallint;
  before system_rate;
  same system_rate;
  middle numeric;
  off numeric;
  odd jsonb := '[]';
  written integer := 0;
begin
  perform rates_listed(p_payload);
  if coalesce(p_payload ->> 'source', '') not in ('manual', 'ecb') then
    perform refuse('BO030', 'change.payload');
  end if;
  for e in select x from jsonb_array_elements(p_payload -> 'rates') as x order by x ->> 'valid_from' loop
    starts := case when p_payload ->> 'source' = 'ecb' then coalesce(moment_named(e), p_at) else moment_of(e, p_at) end;
    if p_payload ->> 'source' = 'ecb' and starts > p_at then
      perform refuse('BO030', 'rate.ecb_future');
    end if;
    select i.id into b from issuer i where i.code = e ->> 'base';
    select i.id into q from issuer i where i.code = e ->> 'quote';
    select * into same from system_rate where base_id = b and quote_id = q and valid_from = starts;
    if found then
      if (same.buy, same.sell) = ((e ->> 'buy')::numeric(20, 10), (e ->> 'sell')::numeric(20, 10)) then
        continue;
      end if;
      perform refuse('BO021', 'rate.other_there', jsonb_build_object('base', e ->> 'base', 'quote', e ->> 'quote'));
    end if;
    before := system_rate_at(b, q, starts);
    middle := ((e ->> 'buy')::numeric + (e ->> 'sell')::numeric) / 2;
    off := off_band(b, q, middle, (before.buy + before.sell) / 2);
    if off is not null then
      odd := odd || jsonb_build_object('base', e ->> 'base', 'quote', e ->> 'quote', 'by', off, 'valid_from', starts);
    end if;
    insert into system_rate (base_id, quote_id, buy, sell, source, valid_from, request_id)
      values (b, q, (e ->> 'buy')::numeric, (e ->> 'sell')::numeric, p_payload ->> 'source', starts, p_request_id);
    written := written + 1;
    latest := greatest(latest, starts);
  end loop;
  if odd <> '[]' and exists (select from change_request r where r.id = p_request_id and r.alone) then
    perform refuse('BO012', 'rate.off_band', jsonb_build_object(
      'base', odd -> 0 ->> 'base', 'quote', odd -> 0 ->> 'quote', 'percent', odd -> 0 ->> 'by'));
  end if;
  return jsonb_build_object('takes_effect_at', latest, 'written', written, 'off_band', odd);
end $$;
