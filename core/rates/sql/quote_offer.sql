-- Writes down an office's offer under its key: what it gives for an amount, for a minute. Rounded for the house. Returns
-- what is answered and kept.
create function rule.quote_offer(
  p_who actor, p_at timestamptz, p_key uuid, p_office_id integer, p_from text, p_to text, p_amount bigint)
returns jsonb language plpgsql
as $$
declare
  o exchange_office;
  f issuer;
  g issuer;
  r office_rate;
  gives numeric;
begin
  o := office_named(jsonb_build_object('office_id', p_office_id));
  select * into f from issuer where code = p_from and active;
  select * into g from issuer where code = p_to and active;
  if f.id is null or g.id is null then
    perform refuse('BO030', 'term.issuer_unknown', jsonb_build_object(
      'code', coalesce(left(case when f.id is null then p_from else p_to end, 20), '-')));
  end if;
  if p_amount is null or p_amount not between 1 and 1000000000000000 then
    perform refuse('BO030', 'quote.amount');
  end if;
  r := office_rate_at(o.id, f.id, g.id, p_at);
  if r.id is not null then
    gives := p_amount * r.buy * power(10::numeric, g.scale - f.scale);
  else
    r := office_rate_at(o.id, g.id, f.id, p_at);
    if r.id is null then
      perform refuse('BO022', 'rate.missing', jsonb_build_object('base', p_from, 'quote', p_to));
    end if;
    gives := p_amount / r.sell * power(10::numeric, g.scale - f.scale);
  end if;
  gives := floor(gives);
  if gives < 1 or gives > 1000000000000000 then
    perform refuse('BO030', 'quote.too_small');
  end if;
  insert into quote (id, office_id, rate_id, from_issuer_id, to_issuer_id, amount_from, amount_to, made_by_id,
                     made_at, expires_at)
    values (p_key, o.id, r.id, f.id, g.id, p_amount, gives::bigint, p_who.staff_id, p_at,
            p_at + interval '60 seconds');
  return jsonb_build_object('quote_id', p_key, 'amount_from', p_amount, 'amount_to', gives::bigint, 'rate_id', r.id,
                            'expires_at', p_at + interval '60 seconds');
end $$;
