-- Refuses facts of an issuer that are not acceptable.
create function rule.issuer_checked(
  p_name text, p_symbol text, p_scale integer, p_backing text, p_position integer, p_denominations jsonb)
returns bigint[] language plpgsql immutable
as $$
begin
  if length(name_kept(p_name)) not between 1 and 100 or has_unseen(p_name) then
    perform refuse('BO030', 'issuer.name_invalid');
  end if;
  if length(name_kept(p_symbol)) not between 1 and 8 or has_unseen(p_symbol) then
    perform refuse('BO030', 'issuer.symbol_invalid');
  end if;
  if coalesce(p_scale, -1) not between 0 and 8 then
    perform refuse('BO030', 'issuer.scale_invalid');
  end if;
  if length(coalesce(p_backing, '')) > 200 or has_unseen(p_backing) then
    perform refuse('BO030', 'issuer.backing_invalid');
  end if;
  if coalesce(p_position, 0) not between 0 and 999 then
    perform refuse('BO030', 'issuer.position_invalid');
  end if;
  if jsonb_typeof(coalesce(p_denominations, '[]')) <> 'array' then
    perform refuse('BO030', 'issuer.denominations_invalid');
  end if;
  if exists (select from jsonb_array_elements(coalesce(p_denominations, '[]')) as d
              where jsonb_typeof(d) <> 'number' or d::text !~ '^[1-9][0-9]{0,14}$')
     or jsonb_array_length(coalesce(p_denominations, '[]')) > 30 then
    perform refuse('BO030', 'issuer.denominations_invalid');
  end if;
  return array(select distinct d::text::bigint from jsonb_array_elements(coalesce(p_denominations, '[]')) as d
                order by 1 desc);
end $$;
