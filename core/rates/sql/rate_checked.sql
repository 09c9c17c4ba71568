-- Refuses a rate of a payload that cannot be one: units, numbers, a buying rate above the selling one.
create function rule.rate_checked(p_rate jsonb)
returns boolean language plpgsql stable
as $$
declare
  field text;
begin
  if jsonb_typeof(p_rate) is distinct from 'object' then
    perform refuse('BO030', 'change.payload');
  end if;
  foreach field in array array['base', 'quote'] loop
    if not exists (select from issuer i where i.code = p_rate ->> field) then
      perform refuse('BO030', 'term.issuer_unknown', jsonb_build_object('code', coalesce(left(p_rate ->> field, 20), '-')));
    end if;
  end loop;
  if p_rate ->> 'base' = p_rate ->> 'quote' then
    perform refuse('BO030', 'rate.same_unit');
  end if;
  if not is_rate(p_rate -> 'buy') or not is_rate(p_rate -> 'sell') then
    perform refuse('BO030', 'rate.number');
  end if;
  if (p_rate ->> 'buy')::numeric > (p_rate ->> 'sell')::numeric then
    perform refuse('BO030', 'rate.buy_above_sell');
  end if;
  return true;
end $$;
