-- A term as it is computed with, from its payload; only one that term_findings found well.
create function rule.term_of(p_term jsonb)
returns contract_term language sql stable
as $$
  select jsonb_populate_record(null::contract_term, p_term || jsonb_build_object(
    'issuer_id', (select i.id from issuer i where i.code = p_term ->> 'issuer')))
$$;
