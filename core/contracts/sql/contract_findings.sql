-- All that is wrong (errors) or odd (warnings) in the terms and limits of a draft: [{"severity", "key", "params",
-- "part": terms | limits, "row": from 0}]. Errors keep it from being handed in.
create function rule.contract_findings(p_terms jsonb, p_limits jsonb)
returns jsonb language plpgsql stable
as $$
declare
  found jsonb;
begin
  if jsonb_typeof(p_terms) is distinct from 'array' or jsonb_typeof(p_limits) is distinct from 'array'
     or jsonb_array_length(p_terms) > 500 or jsonb_array_length(p_limits) > 2000 then
    return jsonb_build_array(finding('error', 'term.no_term'));
  end if;
  select coalesce(jsonb_agg(x.f || jsonb_build_object('part', x.part, 'row', x.row) order by x.part desc, x.row), '[]')
    into found
    from (select f, 'terms' as part, t.row - 1 as row
            from jsonb_array_elements(p_terms) with ordinality as t (term, row),
                 jsonb_array_elements(term_findings(t.term)) as f
           union all
          select f, 'limits', l.row - 1
            from jsonb_array_elements(p_limits) with ordinality as l (one, row),
                 jsonb_array_elements(limit_findings(l.one)) as f
           union all
          select finding('error', 'term.twice', jsonb_build_object(
                   'kind', t.term ->> 'operation_kind', 'issuer', t.term ->> 'issuer')), 'terms', max(t.row) - 1
            from jsonb_array_elements(p_terms) with ordinality as t (term, row)
           where jsonb_typeof(t.term) = 'object'
           group by t.term ->> 'operation_kind', t.term ->> 'issuer' having count(*) > 1
           union all
          select finding('error', 'limit.twice', jsonb_build_object('kind', l.one ->> 'operation_kind',
                   'issuer', l.one ->> 'issuer', 'period', l.one ->> 'period')), 'limits', max(l.row) - 1
            from jsonb_array_elements(p_limits) with ordinality as l (one, row)
           where jsonb_typeof(l.one) = 'object'
           group by l.one ->> 'operation_kind', l.one ->> 'issuer', l.one ->> 'period' having count(*) > 1) as x;
  return case when found @> '[{"severity": "error"}]' then found else found || contract_gaps(p_terms, p_limits) end;
end $$;
