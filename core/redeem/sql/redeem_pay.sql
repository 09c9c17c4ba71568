-- Pays an approved cash request at the cashier's own desk: p_document says which identity document was seen, p_pieces
-- which notes and coins go out, [[denomination in minor units, pieces], …]. Gives the receipt.
-- permission: redeem:pay
create function api.redeem_pay(p_key uuid, p_day_id bigint, p_request_id bigint, p_document text, p_pieces jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  params text;
begin
  who := require('redeem:pay');
  return redeem_paid(who, clock_timestamp(), p_key, p_day_id, p_request_id, coalesce(p_document, ''), p_pieces);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'redeem.pay',
                 jsonb_build_object('day', p_day_id, 'request', p_request_id));
end $$;
