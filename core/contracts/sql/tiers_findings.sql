-- What is wrong with the tiers of a term: gaps, overlaps, numbers; and, when all is well, where a larger amount costs less.
create function rule.tiers_findings(p_term jsonb)
returns jsonb language plpgsql stable
as $$
declare
  found jsonb := '[]';
  tier jsonb;
  term contract_term;
  last bigint;
  number integer := 0;
begin
  if jsonb_typeof(p_term -> 'tiers') is distinct from 'array' or jsonb_array_length(p_term -> 'tiers') = 0 then
    return jsonb_build_array(finding('error', 'term.tiers_missing'));
  end if;
  if jsonb_array_length(p_term -> 'tiers') > 50 then
    return jsonb_build_array(finding('error', 'term.tiers_many'));
  end if;
  for tier in select e from jsonb_array_elements(p_term -> 'tiers') as e loop
    number := number + 1;
    if not is_whole(tier -> 'from') or not is_whole(tier -> 'fixed') then
      return found || finding('error', 'term.tier_number', jsonb_build_object('tier', number));
    end if;
    if not is_percent(tier -> 'percent') then
      return found || finding('error', 'term.tier_percent', jsonb_build_object('tier', number));
    end if;
    if number = 1 and (tier ->> 'from')::bigint > 0 then
      found := found || finding('error', 'term.tiers_gap');
    end if;
    if (tier ->> 'from')::bigint <= last then
      return found || finding('error', 'term.tiers_overlap', jsonb_build_object('tier', number));
    end if;
    last := (tier ->> 'from')::bigint;
  end loop;
  term := term_of(p_term);
  select found || coalesce(jsonb_agg(finding(
           case when term.monotone then 'error' else 'warning' end, 'term.tiers_fall',
           jsonb_build_object('amount', x.at, 'below', x.below, 'fee', x.fee, 'issuer', p_term ->> 'issuer',
           'scale', (select i.scale from issuer i where i.code = p_term ->> 'issuer')))), '[]')
    into found
    from (select (e ->> 'from')::bigint as at, commission_of(term, (e ->> 'from')::bigint - 1) as below,
                 commission_of(term, (e ->> 'from')::bigint) as fee
            from jsonb_array_elements(p_term -> 'tiers') as e where (e ->> 'from')::bigint > 1) as x
   where x.fee < x.below;
  return found;
end $$;
