-- Prices an operation by the version in force: the preview and the posting both call this, and nothing else does.
-- on_top is the part of the commission that is paid beyond the amount; of a shared one the payer bears the odd unit.
create function rule.price(
  p_client_id bigint, p_kind text, p_issuer_id smallint, p_amount bigint, p_at timestamptz,
  out version_id integer, out payer text, out commission bigint, out on_top bigint,
  out needs_identification boolean)
language plpgsql stable
as $$
declare
  term contract_term;
begin
  version_id := version_in_force(p_client_id, p_at);
  select t.* into term from contract_term t
   where t.version_id = price.version_id and t.operation_kind = p_kind and t.issuer_id = p_issuer_id;
  if not found then
    perform refuse('BO026', 'term.missing', jsonb_build_object('kind', p_kind));
  end if;
  payer := term.payer;
  needs_identification := term.needs_identification;
  commission := commission_of(term, p_amount);
  on_top := case payer when 'on_top' then commission when 'out_of' then 0 else (commission + 1) / 2 end;
  if commission - on_top >= p_amount then
    perform refuse('BO030', 'commission.above_amount', jsonb_build_object('commission', commission));
  end if;
end $$;
