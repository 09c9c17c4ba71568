-- What is wrong or odd in a draft's terms and limits, for the editor.
-- permission: contract:change
create function api.contract_check(p_terms jsonb, p_limits jsonb)
returns jsonb language plpgsql security definer
set search_path from current
as $$
begin
  perform require('contract:change');
  return jsonb_build_object('findings', contract_findings(p_terms, p_limits));
end $$;
