-- What a change of system rates stands on: the latest rate of each of its pairs.
create function rule.system_rate_base(p_payload jsonb)
returns jsonb language plpgsql stable
as $$
begin
  perform rates_listed(p_payload);
  return jsonb_build_object('rates', (
    select coalesce(jsonb_agg(jsonb_build_object(
             'base', x.base, 'quote', x.quote, 'buy', trim_scale(r.buy)::text, 'sell', trim_scale(r.sell)::text,
             'valid_from', r.valid_from) order by x.base, x.quote), '[]')
      from (select distinct e ->> 'base' as base, e ->> 'quote' as quote from jsonb_array_elements(p_payload -> 'rates') as e) as x
      join issuer b on b.code = x.base
      join issuer q on q.code = x.quote
      cross join lateral (select s.buy, s.sell, s.valid_from from system_rate s
                           where s.base_id = b.id and s.quote_id = q.id order by s.valid_from desc limit 1) as r));
end $$;
