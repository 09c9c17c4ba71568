-- The postings of a top-up or withdrawal as a person reads them, in the order in which they are written.
create function rule.cash_lines(p_kind text, p_desk text, p_serial text, p_amounts bigint[])
returns jsonb language plpgsql immutable
as $$
declare
  cash constant jsonb := jsonb_build_object('kind', 'CASH', 'of', p_desk);
  wallet constant jsonb := jsonb_build_object('kind', 'WALLET', 'of', p_serial);
  income jsonb;
  hold jsonb;
  lines jsonb;
begin
  if p_kind = 'cash_top_up' then
    lines := jsonb_build_array(jsonb_build_object('debit', cash, 'credit', wallet, 'amount', p_amounts[1]));
    if p_amounts[2] is not null then
      income := jsonb_build_object('kind', 'COMMISSION', 'of', p_kind);
      lines := lines || jsonb_build_object('debit', wallet, 'credit', income, 'amount', p_amounts[2]);
    end if;
    return lines;
  end if;
  hold := jsonb_build_object('kind', 'HOLD', 'of', p_serial);
  lines := jsonb_build_array(jsonb_build_object('debit', wallet, 'credit', hold, 'amount', p_amounts[1]),
                             jsonb_build_object('debit', hold, 'credit', cash, 'amount', p_amounts[2]));
  if p_amounts[3] is not null then
    income := jsonb_build_object('kind', 'COMMISSION', 'of', p_kind);
    lines := lines || jsonb_build_object('debit', hold, 'credit', income, 'amount', p_amounts[3]);
  end if;
  return lines;
end $$;
