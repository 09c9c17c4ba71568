-- Refuses an amount that is missing, not above zero, or too large to be meant.
create function rule.amount_check(p_amount bigint)
returns boolean language plpgsql immutable
as $$
begin
  if p_amount is null then
    perform refuse('BO030', 'amount.empty');
  elsif p_amount = 0 then
    perform refuse('BO030', 'amount.zero');
  elsif p_amount < 0 then
    perform refuse('BO030', 'amount.negative');
  elsif p_amount > 1000000000000000 then
    perform refuse('BO030', 'amount.too_large');
  end if;
  return true;
end $$;
