-- Refuses an uplift that adds nothing, has no end within a year, or no reason.
create function rule.uplift_check(
  p_uplift text, p_amount bigint, p_pieces integer, p_until timestamptz, p_reason text, p_at timestamptz)
returns boolean language plpgsql
as $$
begin
  if p_uplift = 'once' then
    if num_nonnulls(p_amount, p_pieces, p_until) > 0 then
      perform refuse('BO030', 'uplift.once_adds_nothing');
    end if;
  elsif p_uplift = 'temporary' then
    if num_nonnulls(p_amount, p_pieces) = 0 or coalesce(p_amount, 1) not between 1 and 1000000000000000
       or coalesce(p_pieces, 1) not between 1 and 1000000 then
      perform refuse('BO030', 'uplift.adds_nothing');
    end if;
    if p_until is null or p_until <= p_at or p_until > p_at + interval '1 year' then
      perform refuse('BO030', 'uplift.until');
    end if;
  else
    perform refuse('BO030', 'uplift.unknown');
  end if;
  perform why_check(p_reason);
  return true;
end $$;
