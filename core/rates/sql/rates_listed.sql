-- The rates of a payload, 1 to 20,000 of them, each checked.
create function rule.rates_listed(p_payload jsonb)
returns boolean language plpgsql stable
as $$
begin
  if jsonb_typeof(p_payload -> 'rates') is distinct from 'array'
     or jsonb_array_length(p_payload -> 'rates') not between 1 and 20000 then
    perform refuse('BO030', 'rate.none');
  end if;
  perform rate_checked(e) from jsonb_array_elements(p_payload -> 'rates') as e;
  return true;
end $$;
