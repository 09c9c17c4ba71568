-- The exchange office that a payload names. Refuses one that is not there or is switched off.
create function rule.office_named(p_payload jsonb)
returns exchange_office language plpgsql stable
as $$
declare
  o exchange_office;
begin
  if jsonb_typeof(p_payload -> 'office_id') = 'number' and p_payload ->> 'office_id' ~ '^[0-9]{1,9}$' then
    select * into o from exchange_office where id = (p_payload ->> 'office_id')::integer and active;
  end if;
  if o.id is null then
    perform refuse('BO022', 'office.not_found');
  end if;
  return o;
end $$;
