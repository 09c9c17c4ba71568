-- The moment at which a change begins: the one named, which must be ahead by five years at most, or now.
create function rule.moment_of(p_payload jsonb, p_at timestamptz)
returns timestamptz language plpgsql stable
as $$
declare
  found constant timestamptz := moment_named(p_payload);
begin
  if found < p_at then
    perform refuse('BO030', 'change.in_the_past');
  end if;
  if found > p_at + interval '5 years' then
    perform refuse('BO030', 'change.too_far');
  end if;
  return coalesce(found, p_at);
end $$;
