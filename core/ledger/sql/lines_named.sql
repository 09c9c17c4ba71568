-- Postings as a person reads them: kind of account and whose it is, on both sides, with the amount.
create function rule.lines_named(p_debit bigint[], p_credit bigint[], p_amounts bigint[])
returns jsonb language plpgsql stable
as $$
begin
  return (
    select jsonb_agg(jsonb_build_object('debit', account_named(l.debit), 'credit', account_named(l.credit),
                                        'amount', l.amount) order by l.i)
      from unnest(p_debit, p_credit, p_amounts) with ordinality as l (debit, credit, amount, i));
end $$;
