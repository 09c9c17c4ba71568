-- Prices an operation by the term in force: the preview and the posting both call this, and nothing else does.
-- on_top is the part of the commission that is paid beyond the amount.
create function rule.price(
  p_term contract_term, p_kind text, p_amount bigint,
  out version_id integer, out payer text, out commission bigint, out on_top bigint,
  out needs_identification boolean)
language plpgsql stable
as $$
begin
  if p_term.version_id is null then
    perform refuse('BO026', 'term.missing', jsonb_build_object('kind', p_kind));
  end if;
  version_id := p_term.version_id;
  payer := p_term.payer;
  needs_identification := p_term.needs_identification;
  commission := commission_of(p_term, p_amount);
  on_top := paid_on_top(payer, commission);
  if commission - on_top >= p_amount then
    perform refuse('BO030', 'commission.above_amount', jsonb_build_object('commission', commission));
  end if;
end $$;
