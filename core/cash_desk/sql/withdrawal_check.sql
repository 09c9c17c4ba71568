-- Refuses a withdrawal without a document seen, beyond the wallet, or beyond the cash in the desk. A preview
-- passes no document (null) and is not asked for one.
create function rule.withdrawal_check(
  p_document text, p_balance bigint, p_debit bigint, p_desk_cash bigint, p_cash bigint, p_issuer text)
returns boolean language plpgsql immutable
as $$
begin
  if btrim(p_document) = '' then
    perform refuse('BO030', 'document.missing');
  end if;
  if length(p_document) > 100 then
    perform refuse('BO030', 'document.too_long', jsonb_build_object('limit', 100));
  end if;
  if p_balance < p_debit then
    perform refuse('BO024', 'funds.not_enough', jsonb_build_object(
      'available', p_balance, 'needed', p_debit, 'issuer', p_issuer));
  end if;
  if p_desk_cash < p_cash then
    perform refuse('BO024', 'cash.not_enough', jsonb_build_object('needed', p_cash, 'issuer', p_issuer));
  end if;
  return true;
end $$;
