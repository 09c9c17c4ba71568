-- Refuses facts of an organization that are not acceptable; returns its name as it is kept.
create function rule.organization_checked(
  p_organization_id integer, p_name text, p_registration text, p_address text, p_contract_id integer)
returns text language plpgsql stable
as $$
declare
  plain constant text := name_kept(p_name);
begin
  if length(plain) not between 1 and 200 or has_unseen(plain) then
    perform refuse('BO030', 'organization.name_invalid');
  end if;
  if exists (select from organization o where folded(o.name) = folded(plain) and o.id is distinct from p_organization_id) then
    perform refuse('BO030', 'organization.name_taken');
  end if;
  if length(coalesce(p_registration, '')) > 60 or length(coalesce(p_address, '')) > 300
     or has_unseen(p_registration) or has_unseen(translate(p_address, E'\n', ' ')) then
    perform refuse('BO030', 'organization.facts_too_long');
  end if;
  if p_contract_id is not null and not exists (select from contract k where k.id = p_contract_id) then
    perform refuse('BO022', 'contract.not_found');
  end if;
  return plain;
end $$;
