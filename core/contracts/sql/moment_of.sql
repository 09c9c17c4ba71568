-- The moment at which a change begins: the one named (ISO 8601 with a zone), which must be ahead, or now.
create function rule.moment_of(p_payload jsonb, p_at timestamptz)
returns timestamptz language plpgsql stable
as $$
declare
  named constant text := p_payload ->> 'valid_from';
  found timestamptz;
begin
  if named is null then
    return p_at;
  end if;
  begin
    if named !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$' then
      perform refuse('BO030', 'change.valid_from');
    end if;
    found := named::timestamptz;
  exception when datetime_field_overflow or invalid_datetime_format then
    perform refuse('BO030', 'change.valid_from');
  end;
  if found < p_at then
    perform refuse('BO030', 'change.in_the_past');
  end if;
  if found > p_at + interval '5 years' then
    perform refuse('BO030', 'change.too_far');
  end if;
  return found;
end $$;
