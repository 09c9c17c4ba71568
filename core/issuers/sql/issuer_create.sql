-- Adds a unit of value. Its code and scale never change afterwards.
-- permission: issuer:edit
create function api.issuer_create(
  p_key uuid, p_code text, p_name text, p_symbol text, p_scale integer, p_kind text, p_backing text,
  p_position integer, p_denominations jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  notes bigint[];
  seen jsonb;
  content jsonb;
  new_id smallint;
  params text;
begin
  who := require('issuer:edit');
  content := jsonb_build_object('code', p_code, 'name', p_name, 'symbol', p_symbol, 'scale', p_scale, 'kind', p_kind,
                                'backing', p_backing, 'position', p_position, 'denominations', p_denominations);
  seen := key_seen(who, p_key, 'issuer.create', content);
  if seen is not null then
    return seen;
  end if;
  if coalesce(p_code, '') !~ '^[A-Z][A-Z0-9]{1,11}$' then
    perform refuse('BO030', 'issuer.code_invalid');
  end if;
  if coalesce(p_kind, '') not in ('real', 'pegged', 'bonus') then
    perform refuse('BO030', 'issuer.kind_unknown');
  end if;
  notes := issuer_checked(p_name, p_symbol, p_scale, p_backing, p_position, p_denominations);
  if exists (select from issuer where code = p_code) then
    perform refuse('BO030', 'issuer.code_taken');
  end if;
  new_id := issuer_add(who, clock_timestamp(), p_code, name_kept(p_name), name_kept(p_symbol), p_scale::smallint, p_kind, notes,
                       coalesce(p_position, 0)::smallint);
  update issuer set backing = coalesce(p_backing, '') where id = new_id;
  return key_keep(who, p_key, 'issuer.create', content, jsonb_build_object('issuer_id', new_id));
exception
-- Another transaction, which the check could not see yet, was first.
when unique_violation then
  return refused('BO030', 'issuer.code_taken', null, 'issuer.create', jsonb_build_object('code', p_code));
when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'issuer.create', jsonb_build_object('code', p_code));
end $$;
