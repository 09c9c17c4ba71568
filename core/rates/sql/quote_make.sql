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
  o exchange_office;
  f issuer;
  g issuer;
  r office_rate;
  at constant timestamptz := clock_timestamp();
  gives numeric;
  params text;
begin
  who := require('rate:quote');
  content := jsonb_build_object('office', p_office_id, 'from', p_from, 'to', p_to, 'amount', p_amount);
  seen := key_seen(who, p_key, 'quote.make', content);
  if seen is not null then
    return seen;
  end if;
  o := office_named(jsonb_build_object('office_id', p_office_id));
  select * into f from issuer where code = p_from and active;
  select * into g from issuer where code = p_to and active;
  if f.id is null or g.id is null then
    perform refuse('BO030', 'term.issuer_unknown', jsonb_build_object('code', coalesce(left(case when f.id is null then p_from else p_to end, 20), '-')));
  end if;
  if p_amount is null or p_amount not between 1 and 1000000000000000 then
    perform refuse('BO030', 'quote.amount');
  end if;
  r := office_rate_at(o.id, f.id, g.id, at);
  if r.id is not null then
    gives := p_amount * r.buy * power(10::numeric, g.scale - f.scale);
  else
    r := office_rate_at(o.id, g.id, f.id, at);
    if r.id is null then
      perform refuse('BO022', 'rate.missing', jsonb_build_object('base', p_from, 'quote', p_to));
    end if;
    gives := p_amount / r.sell * power(10::numeric, g.scale - f.scale);
  end if;
  gives := floor(gives);
  if gives < 1 or gives > 1000000000000000 then
    perform refuse('BO030', 'quote.too_small');
  end if;
  insert into quote (id, office_id, rate_id, from_issuer_id, to_issuer_id, amount_from, amount_to, made_by_id, made_at, expires_at)
    values (p_key, o.id, r.id, f.id, g.id, p_amount, gives::bigint, who.staff_id, at, at + interval '60 seconds');
  return key_keep(who, p_key, 'quote.make', content, jsonb_build_object(
    'quote_id', p_key, 'amount_from', p_amount, 'amount_to', gives::bigint, 'rate_id', r.id,
    'expires_at', at + interval '60 seconds'));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'quote.make', jsonb_build_object('office', p_office_id));
end $$;
