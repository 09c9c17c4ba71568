-- Gives a contract to clients from a moment on.
create function rule.assignment_apply(p_payload jsonb, p_at timestamptz, p_request_id bigint)
returns jsonb language plpgsql
as $$
declare
  ids constant bigint[] := assigned_ids(p_payload);
  c contract := contract_named(p_payload);
  starts constant timestamptz := moment_of(p_payload, p_at);
  unknown bigint;
begin
  if c.id is null then
    perform refuse('BO022', 'contract.not_found');
  end if;
  if not exists (select from contract_version v where v.contract_id = c.id and v.valid_from <= starts) then
    perform refuse('BO021', 'assignment.no_version');
  end if;
  select count(1) into unknown from unnest(ids) as u (id) where not exists (select from client m where m.id = u.id);
  if unknown > 0 then
    perform refuse('BO022', 'assignment.unknown_clients', jsonb_build_object('count', unknown));
  end if;
  select count(1) into unknown from client m where m.id = any (ids) and m.kind <> c.client_kind;
  if unknown > 0 then
    perform refuse('BO030', 'assignment.other_kind', jsonb_build_object('count', unknown));
  end if;
  if exists (select from client_contract a where a.client_id = any (ids) and a.valid_from >= starts) then
    perform refuse('BO021', 'assignment.later');
  end if;
  insert into client_contract (client_id, contract_id, valid_from, request_id)
    select u.id, c.id, starts, p_request_id from unnest(ids) as u (id);
  return jsonb_build_object('takes_effect_at', starts, 'contract_id', c.id, 'clients', cardinality(ids));
end $$;
