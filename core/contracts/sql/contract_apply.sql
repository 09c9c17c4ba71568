-- Writes a version of a contract, and the contract when it is new. What is wrong is refused by its first fault.
create function rule.contract_apply(p_payload jsonb, p_at timestamptz, p_request_id bigint)
returns jsonb language plpgsql
as $$
declare
  c contract := contract_named(p_payload);
  starts constant timestamptz := moment_of(p_payload, p_at);
  named constant text := btrim(regexp_replace(coalesce(p_payload ->> 'name', ''), '\s+', ' ', 'g'));
  fault jsonb;
  new_version integer;
begin
  if length(named) not between 2 and 100 then
    perform refuse('BO030', 'contract.name');
  end if;
  if coalesce(p_payload ->> 'client_kind', 'individual') not in ('individual', 'business') then
    perform refuse('BO030', 'contract.client_kind');
  end if;
  if exists (select from contract k where lower(k.name) = lower(named) and k.id is distinct from c.id) then
    perform refuse('BO030', 'contract.name_taken');
  end if;
  select f into fault from jsonb_array_elements(contract_findings(p_payload -> 'terms', p_payload -> 'limits')) as f
   where f ->> 'severity' = 'error' limit 1;
  if fault is not null then
    perform refuse('BO030', fault ->> 'key', (fault -> 'params') || jsonb_build_object('line', coalesce((fault ->> 'row')::integer, 0) + 1));
  end if;
  if jsonb_array_length(p_payload -> 'terms') = 0 then
    perform refuse('BO030', 'contract.no_terms');
  end if;
  if exists (select from contract_version v where v.contract_id = c.id and v.valid_from >= starts) then
    perform refuse('BO021', 'contract.later_version');
  end if;
  if c.id is null then
    insert into contract (name, client_kind) values (named, p_payload ->> 'client_kind') returning * into c;
  elsif (c.name, c.client_kind) is distinct from (named, p_payload ->> 'client_kind') then
    update contract set name = named, client_kind = p_payload ->> 'client_kind' where id = c.id;
  end if;
  insert into contract_version (contract_id, valid_from, request_id) values (c.id, starts, p_request_id)
    returning id into new_version;
  insert into contract_term (version_id, operation_kind, issuer_id, payer, commission, percent, fixed, tiers, minimum,
                             maximum, rounding, needs_identification, monotone, refund)
    select new_version, t.operation_kind, t.issuer_id, t.payer, t.commission, t.percent, t.fixed,
           case when t.commission = 'tiers' then t.tiers else '[]' end, t.minimum, t.maximum, t.rounding,
           t.needs_identification, t.monotone, coalesce(t.refund, 'give_back')
      from jsonb_array_elements(p_payload -> 'terms') as e, term_of(e) as t;
  insert into contract_limit (version_id, operation_kind, issuer_id, period, amount, pieces)
    select new_version, e ->> 'operation_kind', i.id, e ->> 'period', (e ->> 'amount')::bigint, (e ->> 'pieces')::integer
      from jsonb_array_elements(p_payload -> 'limits') as e join issuer i on i.code = e ->> 'issuer';
  return jsonb_build_object('takes_effect_at', starts, 'contract_id', c.id, 'version_id', new_version);
end $$;
