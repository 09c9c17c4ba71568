-- What a client has at hand at a counter: their cash requests that were approved and are not over, oldest first, and how
-- many more wait to be approved. Leaves a trace.
-- permission: redeem:pay
create function api.redeem_payable(p_client_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('redeem:pay');
  now constant timestamptz := clock_timestamp();
  answer jsonb;
begin
  if not exists (select from client c where c.id = p_client_id) then
    perform refuse('BO022', 'client.not_found');
  end if;
  select jsonb_build_object(
           'requests', coalesce(jsonb_agg(jsonb_build_object(
             'request_id', r.id, 'issuer', i.code, 'scale', i.scale, 'cash', r.amount - (r.commission - r.on_top),
             'serial', n.serial, 'asked_at', r.asked_at, 'expires_at', r.expires_at) order by r.id)
             filter (where r.state = 'approved'), '[]'),
           'waiting', count(r.id) filter (where r.state = 'pending'))
    into answer
    from redeem_request r
    join issuer i on i.id = r.issuer_id
    join coin n on n.id = r.coin_id
   where r.client_id = p_client_id and r.kind = 'cash' and r.state in ('pending', 'approved') and r.expires_at > now;
  perform log_write('person:' || who.staff_id, who, 'redeem.read', 'client', p_client_id::text, null, null);
  return answer;
end $$;
