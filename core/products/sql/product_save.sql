-- Adds a product of a provider, or changes the one with this code.
-- permission: product:edit
create function api.product_save(p_key uuid, p_provider_id integer, p_row jsonb, p_new boolean)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  o organization;
  seen jsonb;
  content jsonb;
  was product;
  now_is product;
  fault record;
  put record;
  params text;
begin
  who := require('product:edit');
  content := jsonb_build_object('provider', p_provider_id, 'row', p_row, 'new', p_new);
  select * into o from organization where id = p_provider_id and kind = 'provider' for no key update;
  if not found then
    perform refuse('BO022', 'product.provider_not_found');
  end if;
  seen := key_seen(who, p_key, 'product.save', content);
  if seen is not null then
    return seen;
  end if;
  if o.state = 'closed' then
    perform refuse('BO021', 'organization.closed');
  end if;
  if jsonb_typeof(p_row) is distinct from 'object' then
    perform refuse('BO030', 'product.code_invalid');
  end if;
  select * into fault from products_wrong(jsonb_build_array(p_row || '{"line": 1}')) limit 1;
  if found then
    perform refuse('BO030', fault.key);
  end if;
  select * into was from product where provider_id = p_provider_id and code = p_row ->> 'code';
  if found and p_new is not false then
    perform refuse('BO030', 'product.code_taken');
  elsif not found and p_new is not true then
    perform refuse('BO022', 'product.not_found');
  end if;
  put := products_put(p_provider_id, jsonb_build_array(p_row));
  select * into now_is from product where provider_id = p_provider_id and code = p_row ->> 'code';
  perform log_write('system', who, 'product.save', 'product', now_is.id::text,
                    case when was.id is not null then to_jsonb(was) - '{id,changed_at}'::text[] end,
                    to_jsonb(now_is) - '{id,changed_at}'::text[]);
  return key_keep(who, p_key, 'product.save', content, jsonb_build_object('product_id', now_is.id));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'product.save', jsonb_build_object('provider', p_provider_id));
end $$;
