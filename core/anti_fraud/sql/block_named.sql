-- The block that a request to lift it names.
create function rule.block_named(p_payload jsonb)
returns block language plpgsql stable
as $$
declare
  b block;
begin
  if coalesce(jsonb_typeof(p_payload -> 'block_id'), '') <> 'number' or p_payload ->> 'block_id' !~ '^[0-9]{1,18}$' then
    perform refuse('BO030', 'change.payload');
  end if;
  select * into b from block where id = (p_payload ->> 'block_id')::bigint;
  if not found then
    perform refuse('BO022', 'block.not_found');
  end if;
  return b;
end $$;
