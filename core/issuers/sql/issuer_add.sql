-- Adds a unit of value; p_denominations are its notes and pieces in minor units, empty when no cash of it exists.
create function rule.issuer_add(
  p_who actor, p_at timestamptz, p_code text, p_name text, p_symbol text, p_scale smallint, p_kind text,
  p_denominations bigint[], p_position smallint)
returns smallint language plpgsql
as $$
declare
  new_id smallint;
begin
  insert into issuer (code, name, symbol, scale, kind, denominations, position)
    values (p_code, p_name, p_symbol, p_scale, p_kind,
            array(select d from unnest(p_denominations) as d order by d desc), p_position)
    returning id into new_id;
  perform account_for('COMMISSION', new_id, k.id) from operation_kind k where k.cash <> 0;
  perform log_write('system', p_who, 'issuer.add', 'issuer', new_id::text, null,
                    jsonb_build_object('code', p_code, 'scale', p_scale, 'kind', p_kind), false, p_at);
  return new_id;
end $$;
