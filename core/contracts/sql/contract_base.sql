-- What a change of a contract stands on: its name, and the version with the latest start, with its content.
create function rule.contract_base(p_payload jsonb)
returns jsonb language plpgsql stable
as $$
declare
  c contract := contract_named(p_payload);
  v contract_version;
begin
  if c.id is null then
    return '{}';
  end if;
  select * into v from contract_version where contract_id = c.id order by valid_from desc limit 1;
  return jsonb_build_object('name', c.name, 'client_kind', c.client_kind, 'version_id', v.id, 'valid_from', v.valid_from)
         || contract_content(v.id);
end $$;
