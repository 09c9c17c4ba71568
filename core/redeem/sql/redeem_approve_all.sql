-- Approves several redeem requests, each for itself: [1, 2] gives [{"request_id", "state" or "refused"}], in the order of
-- their numbers.
-- permission: redeem:decide
create function api.redeem_approve_all(p_key uuid, p_ids jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  content jsonb;
  seen jsonb;
  ids bigint[];
  asked bigint;
  results jsonb := '[]';
  params text;
begin
  who := require('redeem:decide');
  content := jsonb_build_object('requests', p_ids);
  if jsonb_typeof(p_ids) is distinct from 'array' or jsonb_array_length(p_ids) not between 1 and 200
     or exists (select from jsonb_array_elements(p_ids) as e
                 where jsonb_typeof(e) <> 'number' or e::text !~ '^[0-9]{1,18}$') then
    perform refuse('BO030', 'redeem.items', jsonb_build_object('most', 200));
  end if;
  ids := array(select distinct e::text::bigint from jsonb_array_elements(p_ids) as e order by 1);
  -- All that will be locked, kind by kind: what is posted for the first one must not stand in the way of another's coin.
  perform from redeem_request r where r.id = any (ids) order by r.id for no key update;
  seen := key_seen(who, p_key, 'redeem.approve_all', content);
  if seen is not null then
    return seen;
  end if;
  perform from hold h where h.id in (select r.hold_id from redeem_request r where r.id = any (ids))
    order by h.id for no key update;
  perform from coin c where c.id in (select r.coin_id from redeem_request r where r.id = any (ids))
    order by c.id for no key update;
  -- Issuer by issuer: two who approve together meet at its accounts in the same order.
  for asked in select u.id from unnest(ids) as u (id) left join redeem_request r on r.id = u.id
                order by r.issuer_id, u.id loop
    begin
      results := results || redeem_approved(who, clock_timestamp(), asked);
    exception when others then
      get stacked diagnostics params = pg_exception_detail;
      results := results || (jsonb_build_object('request_id', asked)
        || refused(sqlstate, sqlerrm, params, 'redeem.approve', jsonb_build_object('request', asked)));
    end;
  end loop;
  return key_keep(who, p_key, 'redeem.approve_all', content, jsonb_build_object('results', (
    select jsonb_agg(e order by (e ->> 'request_id')::bigint) from jsonb_array_elements(results) as e)));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'redeem.approve_all', '{}');
end $$;
