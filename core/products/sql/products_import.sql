-- Takes a provider's list of products, all or nothing. A dry run does the same and undoes it, so its report is that of
-- the real one. Faults come back by line, at most 1000 of them with their full number; then nothing was changed.
-- permission: product:edit
create function api.products_import(
  p_key uuid, p_provider_id integer, p_rows jsonb, p_switch_off_missing boolean, p_dry_run boolean)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  o organization;
  seen jsonb;
  content jsonb;
  faults jsonb;
  wrong integer;
  put record;
  off integer := 0;
  answer jsonb;
  params text;
begin
  who := require('product:edit');
  content := jsonb_build_object('provider', p_provider_id, 'rows', encode(sha256(convert_to(p_rows::text, 'UTF8')), 'hex'),
                                'switch_off_missing', p_switch_off_missing, 'dry_run', p_dry_run);
  select * into o from organization where id = p_provider_id and kind = 'provider' for no key update;
  if not found then
    perform refuse('BO022', 'product.provider_not_found');
  end if;
  seen := key_seen(who, p_key, 'products.import', content);
  if seen is not null then
    return seen;
  end if;
  if o.state = 'closed' then
    perform refuse('BO021', 'organization.closed');
  end if;
  if jsonb_typeof(p_rows) is distinct from 'array' or jsonb_array_length(p_rows) not between 1 and 200000 then
    perform refuse('BO030', 'product.list_size');
  end if;
  select count(1), jsonb_agg(jsonb_build_object('line', w.line, 'field', w.field, 'key', w.key,
           'params', case when w.other is null then '{}'::jsonb else jsonb_build_object('other', w.other) end)
                             order by w.line, w.field) filter (where w.n <= 1000)
    into wrong, faults
    from (select x.line, x.field, x.key, x.other, row_number() over (order by x.line, x.field) as n
            from products_wrong(p_rows) as x) as w;
  if wrong > 0 then
    return jsonb_build_object('added', 0, 'changed', 0, 'same', 0, 'switched_off', 0, 'wrong', wrong, 'errors', faults);
  end if;
  begin
    put := products_put(p_provider_id, p_rows);
    if p_switch_off_missing then
      update product set active = false, changed_at = clock_timestamp()
       where provider_id = p_provider_id and active
         and code not in (select x.code from jsonb_to_recordset(p_rows) as x (code text));
      get diagnostics off = row_count;
    end if;
    answer := jsonb_build_object('added', put.added, 'changed', put.changed, 'same', put.same, 'switched_off', off,
                                 'wrong', 0, 'errors', '[]'::jsonb);
    if p_dry_run then
      raise exception using errcode = 'BO099', message = 'dry run', detail = answer::text;
    end if;
  exception when sqlstate 'BO099' then
    get stacked diagnostics params = pg_exception_detail;
    return params::jsonb;
  end;
  perform log_write('system', who, 'products.import', 'organization', p_provider_id::text, null, answer - 'errors');
  return key_keep(who, p_key, 'products.import', content, answer);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'products.import', jsonb_build_object('provider', p_provider_id));
end $$;
