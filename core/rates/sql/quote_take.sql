-- Uses up an offer, once and before it expires; the exchange that calls this is made at its amounts.
create function rule.quote_take(p_quote_id uuid, p_at timestamptz)
returns quote language plpgsql
as $$
declare
  q quote;
begin
  select * into q from quote where id = p_quote_id for update;
  if not found then
    perform refuse('BO022', 'quote.not_found');
  end if;
  if q.taken_at is not null then
    perform refuse('BO021', 'quote.taken');
  end if;
  if p_at >= q.expires_at then
    perform refuse('BO025', 'quote.expired');
  end if;
  update quote set taken_at = p_at where id = q.id;
  return q;
end $$;
