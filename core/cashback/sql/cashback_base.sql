-- What a change of a cashback profile stands on: its name and its latest version in that issuer.
create function rule.cashback_base(p_payload jsonb)
returns jsonb language plpgsql stable
as $$
declare
  c cashback_profile := cashback_named(p_payload);
begin
  if c.id is null then
    return '{}';
  end if;
  return jsonb_build_object('name', c.name) || coalesce((
    select jsonb_build_object('version_id', v.id, 'issuer', i.code, 'valid_from', v.valid_from,
                              'percent', trim_scale(v.percent)::text, 'cap', v.cap, 'hold_days', v.hold_days,
                              'budget', v.budget, 'clawback', v.clawback, 'paid_by', v.paid_by)
      from cashback_version v join issuer i on i.id = v.issuer_id
     where v.profile_id = c.id and i.code = p_payload ->> 'issuer' order by v.valid_from desc limit 1), '{}');
end $$;
