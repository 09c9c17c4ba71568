-- Refuses notes and coins that do not make up the cash exactly. p_pieces is [[denomination in minor units, pieces], …];
-- each denomination is the issuer's and stands there once.
create function rule.pieces_check(p_issuer text, p_denominations bigint[], p_cash bigint, p_pieces jsonb)
returns boolean language plpgsql immutable
as $$
declare
  total numeric;
begin
  if jsonb_typeof(p_pieces) is distinct from 'array' or jsonb_array_length(p_pieces) > 100
     or exists (select from jsonb_array_elements(p_pieces) as e
                 where case when jsonb_typeof(e) = 'array' and jsonb_array_length(e) = 2
                            then jsonb_typeof(e -> 0) <> 'number' or jsonb_typeof(e -> 1) <> 'number'
                                 or e ->> 0 !~ '^[0-9]{1,18}$' or e ->> 1 !~ '^[0-9]{1,7}$'
                            else true end) then
    perform refuse('BO030', 'pieces.malformed');
  end if;
  if exists (select from jsonb_array_elements(p_pieces) as e where (e ->> 0)::bigint <> all (p_denominations))
     or (select count(1) <> count(distinct e ->> 0) from jsonb_array_elements(p_pieces) as e) then
    perform refuse('BO030', 'pieces.unknown', jsonb_build_object('issuer', p_issuer));
  end if;
  select coalesce(sum((e ->> 0)::numeric * (e ->> 1)::numeric), 0) into total from jsonb_array_elements(p_pieces) as e;
  if total <> p_cash then
    perform refuse('BO030', 'pieces.sum', jsonb_build_object('amount', total, 'cash', p_cash, 'issuer', p_issuer));
  end if;
  return true;
end $$;
