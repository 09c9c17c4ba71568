-- The moment that a payload names (ISO 8601 with a zone), or null. Refuses what is no moment.
create function rule.moment_named(p_payload jsonb)
returns timestamptz language plpgsql stable
as $$
declare
  named constant text := p_payload ->> 'valid_from';
begin
  if named is not null and named !~
     '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$' then
    perform refuse('BO030', 'change.valid_from');
  end if;
  return named::timestamptz;
exception when datetime_field_overflow or invalid_datetime_format then
  perform refuse('BO030', 'change.valid_from');
end $$;
