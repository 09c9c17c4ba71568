-- What a change of an office's rate stands on: the latest rate of that pair there.
create function rule.office_rate_base(p_payload jsonb)
returns jsonb language plpgsql stable
as $$
declare
  o exchange_office := office_named(p_payload);
begin
  perform rate_checked(p_payload);
  return jsonb_build_object('office', o.name) || coalesce((
    select jsonb_build_object('buy', trim_scale(r.buy)::text, 'sell', trim_scale(r.sell)::text, 'valid_from', r.valid_from)
      from office_rate r join issuer b on b.id = r.base_id join issuer q on q.id = r.quote_id
     where r.office_id = o.id and b.code = p_payload ->> 'base' and q.code = p_payload ->> 'quote'
     order by r.valid_from desc limit 1), '{}');
end $$;
