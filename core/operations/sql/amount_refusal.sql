-- Why a line's amount is none, or null.
create function rule.amount_refusal(p_line jsonb, p_scale smallint, p_issuer text)
returns jsonb language plpgsql immutable
as $$
declare
  given constant text := p_line ->> 'amount';
begin
  if amount_given(p_line, p_scale) > 0 then
    return null;
  end if;
  return case
    when given is null and not p_line ? 'minor' then no('BO030', 'amount.empty')
    when given ~ '^-' then no('BO030', 'amount.negative')
    when given !~ '^[0-9]+([.][0-9]+)?$' then no('BO030', 'amount.not_number')
    when given ~ '^[0.]*$' or p_line ? 'minor' then no('BO030', 'amount.zero')
    when length(split_part(given, '.', 2)) > p_scale then no(
      'BO030', 'amount.too_many_digits', jsonb_build_object('scale', p_scale, 'issuer', p_issuer))
    else no('BO030', 'amount.too_large') end;
end $$;
