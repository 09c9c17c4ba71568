-- The postings of an approved bank request as a person reads them, in the order in which they are written.
create function rule.redeem_bank_lines(p_serial text, p_pays bigint, p_commission bigint)
returns jsonb language plpgsql immutable
as $$
declare
  hold constant jsonb := jsonb_build_object('kind', 'HOLD', 'of', p_serial);
  lines jsonb;
begin
  lines := jsonb_build_array(jsonb_build_object(
    'debit', hold, 'credit', jsonb_build_object('kind', 'PAYOUT', 'of', null), 'amount', p_pays));
  if p_commission > 0 then
    lines := lines || jsonb_build_object(
      'debit', hold, 'credit', jsonb_build_object('kind', 'COMMISSION', 'of', 'bank_redeem'), 'amount', p_commission);
  end if;
  return lines;
end $$;
