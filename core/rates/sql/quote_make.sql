-- An office's offer: what it gives for an amount, for a minute. Rounded for the house. Kept under its key; one that is asked
-- for again with the same key is the same offer.
-- permission: rate:quote
create function api.quote_make(p_key uuid, p_office_id integer, p_from text, p_to text, p_amount bigint)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('rate:quote');
  content := jsonb_build_object('office', p_office_id, 'from', p_from, 'to', p_to, 'amount', p_amount);
  seen := key_seen(who, p_key, 'quote.make', content);
  if seen is not null then
    return seen;
  end if;
  return key_keep(who, p_key, 'quote.make', content,
                  quote_offer(who, clock_timestamp(), p_key, p_office_id, p_from, p_to, p_amount));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'quote.make', jsonb_build_object('office', p_office_id));
end $$;
