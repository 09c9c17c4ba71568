-- Sets a pair's band (percent) and the hours after which its rates are old.
-- permission: rate:band
create function api.rate_pair_set(p_key uuid, p_base text, p_quote text, p_band_percent numeric, p_stale_hours integer)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  b smallint;
  q smallint;
  was rate_pair;
  params text;
begin
  who := require('rate:band');
  content := jsonb_build_object('base', p_base, 'quote', p_quote, 'band', p_band_percent, 'hours', p_stale_hours);
  seen := key_seen(who, p_key, 'rate.band', content);
  if seen is not null then
    return seen;
  end if;
  perform require_step_up(who);
  select i.id into b from issuer i where i.code = p_base;
  select i.id into q from issuer i where i.code = p_quote;
  if b is null or q is null then
    perform refuse('BO030', 'term.issuer_unknown', jsonb_build_object('code', coalesce(left(case when b is null then p_base else p_quote end, 20), '-')));
  end if;
  if b = q then
    perform refuse('BO030', 'rate.same_unit');
  end if;
  if coalesce(p_band_percent not between 0 and 100, true) or coalesce(p_stale_hours not between 1 and 8784, true) then
    perform refuse('BO030', 'rate.band');
  end if;
  select * into was from rate_pair where base_id = b and quote_id = q for update;
  insert into rate_pair values (b, q, p_band_percent, p_stale_hours)
    on conflict (base_id, quote_id) do update set band_percent = p_band_percent, stale_hours = p_stale_hours;
  perform log_write('system', who, 'rate.band', 'rate_pair', p_base || '/' || p_quote,
                    jsonb_build_object('band', coalesce(was.band_percent, 5), 'hours', coalesce(was.stale_hours, 26)),
                    jsonb_build_object('band', p_band_percent, 'hours', p_stale_hours));
  return key_keep(who, p_key, 'rate.band', content, content);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'rate.band', jsonb_build_object('base', p_base, 'quote', p_quote));
end $$;
