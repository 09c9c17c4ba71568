-- What is wrong with one term of a draft.
create function rule.term_findings(p_term jsonb)
returns jsonb language plpgsql stable
as $$
declare
  found jsonb := '[]';
  field text;
begin
  if jsonb_typeof(p_term) is distinct from 'object' then
    return jsonb_build_array(finding('error', 'term.no_term'));
  end if;
  if not exists (select from priced_kind k where k.kind = p_term ->> 'operation_kind') then
    found := found || finding('error', 'term.kind_unknown');
  end if;
  if not exists (select from issuer i where i.code = p_term ->> 'issuer') then
    found := found || finding('error', 'term.issuer_unknown', jsonb_build_object('code', coalesce(left(p_term ->> 'issuer', 20), '-')));
  end if;
  if coalesce(p_term ->> 'commission', '') not in
     ('none', 'percent', 'fixed', 'fixed_plus_percent', 'greater_of', 'lesser_of', 'tiers') then
    found := found || finding('error', 'term.commission_unknown');
  end if;
  if coalesce(p_term ->> 'payer', '') not in ('on_top', 'out_of', 'shared') then
    found := found || finding('error', 'term.payer_unknown');
  end if;
  if coalesce(p_term ->> 'rounding', '') not in ('half_up', 'up', 'down', 'half_even') then
    found := found || finding('error', 'term.rounding_unknown');
  end if;
  if coalesce(p_term ->> 'refund', 'give_back') not in ('give_back', 'keep') then
    found := found || finding('error', 'term.refund_unknown');
  end if;
  if not is_percent(p_term -> 'percent') then
    found := found || finding('error', 'term.percent_range');
  end if;
  if is_whole(p_term -> 'fixed') is distinct from true then
    found := found || finding('error', 'term.fixed_number');
  end if;
  foreach field in array array['minimum', 'maximum'] loop
    if coalesce(p_term -> field, 'null') <> 'null' and not is_whole(p_term -> field) then
      found := found || finding('error', 'term.' || field || '_number');
    end if;
  end loop;
  foreach field in array array['needs_identification', 'monotone'] loop
    if jsonb_typeof(p_term -> field) is distinct from 'boolean' then
      found := found || finding('error', 'term.no_term');
    end if;
  end loop;
  if found <> '[]' then
    return found;
  end if;
  if (p_term ->> 'minimum')::bigint > (p_term ->> 'maximum')::bigint then
    return jsonb_build_array(finding('error', 'term.minimum_above_maximum'));
  end if;
  return case when p_term ->> 'commission' = 'tiers' then tiers_findings(p_term) else '[]' end;
end $$;
