-- Signs a client up, with a coin in each of the issuers named.
-- permission: client:create
create function api.client_create(
  p_key uuid, p_kind text, p_name text, p_email text, p_phone text, p_time_zone text, p_language text, p_issuers jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  c record;
  at constant timestamptz := clock_timestamp();
  seen jsonb;
  content jsonb;
  new_id bigint;
  params text;
begin
  who := require('client:create');
  content := jsonb_build_object('kind', p_kind, 'name', p_name, 'email', p_email, 'phone', p_phone,
                                'time_zone', p_time_zone, 'language', p_language, 'issuers', p_issuers);
  seen := key_seen(who, p_key, 'client.create', content);
  if seen is not null then
    return seen;
  end if;
  if coalesce(p_kind, '') not in ('individual', 'business') then
    perform refuse('BO030', 'client.kind_unknown');
  end if;
  if jsonb_typeof(coalesce(p_issuers, '[]')) <> 'array' then
    perform refuse('BO022', 'issuer.not_found', jsonb_build_object('issuer', '-'));
  end if;
  c := client_checked(null, p_name, p_email, p_phone, p_time_zone, p_language);
  new_id := client_add(who, at, p_kind, c.name, c.email, c.phone, p_time_zone);
  update client set language = p_language where id = new_id;
  perform coin_open(who, at, new_id, i.code)
     from (select e.code from jsonb_array_elements_text(coalesce(p_issuers, '[]')) as e (code)
             left join issuer u on u.code = e.code
            group by e.code
            order by min(u.position), e.code) as i;
  return key_keep(who, p_key, 'client.create', content, jsonb_build_object('client_id', new_id));
exception
-- Another transaction, which the check could not see yet, was first.
when unique_violation then
  get stacked diagnostics params = constraint_name;
  return refused('BO030', case params when 'client_phone_key' then 'client.phone_taken' else 'client.email_taken' end, null,
                 'client.create', '{}');
when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'client.create', '{}');
end $$;
