-- Changes what may change of a unit of value.
-- permission: issuer:edit
create function api.issuer_change(
  p_key uuid, p_issuer_id integer, p_name text, p_symbol text, p_backing text, p_position integer, p_denominations jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  was issuer;
  notes bigint[];
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('issuer:edit');
  content := jsonb_build_object('issuer', p_issuer_id, 'name', p_name, 'symbol', p_symbol, 'backing', p_backing,
                                'position', p_position, 'denominations', p_denominations);
  select * into was from issuer where id = p_issuer_id for no key update;
  if not found then
    perform refuse('BO022', 'issuer.not_found', jsonb_build_object('issuer', p_issuer_id));
  end if;
  seen := key_seen(who, p_key, 'issuer.change', content);
  if seen is not null then
    return seen;
  end if;
  notes := issuer_checked(p_name, p_symbol, was.scale, p_backing, p_position, p_denominations);
  if cardinality(notes) = 0 and exists (
       select from desk_currency dc join account a on a.id = dc.cash_account_id
        where dc.issuer_id = was.id and a.balance <> 0) then
    perform refuse('BO021', 'issuer.denominations_in_desks');
  end if;
  update issuer set name = name_kept(p_name), symbol = name_kept(p_symbol), backing = coalesce(p_backing, ''),
                    position = coalesce(p_position, 0), denominations = notes
   where id = was.id;
  perform log_write('system', who, 'issuer.change', 'issuer', was.id::text,
                    jsonb_build_object('name', was.name, 'symbol', was.symbol, 'backing', was.backing,
                                       'position', was.position, 'denominations', was.denominations),
                    jsonb_build_object('name', name_kept(p_name), 'symbol', name_kept(p_symbol), 'backing', coalesce(p_backing, ''),
                                       'position', coalesce(p_position, 0), 'denominations', notes));
  return key_keep(who, p_key, 'issuer.change', content, jsonb_build_object('issuer_id', was.id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'issuer.change', jsonb_build_object('issuer', p_issuer_id));
end $$;
