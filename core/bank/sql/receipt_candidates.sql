-- Whose a receipt may be: coins of its currency whose serial stands in the text of it, and those of clients whose e-mail or
-- phone stands there, or who are called like the payer. Ten at most, the surest first. It leaves a trace.
-- permission: bank:match
create function api.receipt_candidates(p_line_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('bank:match');
  l statement_line;
  said text;
  close_up text;
  numbers text[];
  mails text[];
  answer jsonb;
begin
  select * into l from statement_line where id = p_line_id;
  if not found then
    perform refuse('BO022', 'statement_line.not_found');
  end if;
  said := l.remittance || ' ' || l.end_to_end_id;
  -- Numbers as people write them, in groups by blanks, dashes, dots, brackets.
  close_up := regexp_replace(said, '([0-9])[ ().\/-]+(?=[0-9])', '\1', 'g');
  numbers := array(select m[1] from regexp_matches(said || ' ' || close_up, '([0-9]{7,15})', 'g') as m);
  mails := array(select folded(m[1]) from regexp_matches(said, '([^\s<>,;:()]+@[^\s<>,;:()]+[^\s<>,;:().])', 'g') as m);
  with found as (
    select c.id as coin_id, 1 as sure from coin c where c.serial = any (numbers)
    union all
    select c.id, 2 from client m join coin c on c.client_id = m.id where m.email_key = any (mails)
    union all
    select c.id, 3 from client m join coin c on c.client_id = m.id
     where m.phone in (select '+' || ltrim(u, '0') from unnest(numbers) as u)
    union all
    select c.id, 4 from client m join coin c on c.client_id = m.id
     where l.counterparty <> '' and m.name_key = folded(l.counterparty)),
  best as (
    select f.coin_id, min(f.sure) as sure from found f group by f.coin_id)
  select coalesce(jsonb_agg(jsonb_build_object(
           'serial', x.serial, 'client', x.name, 'client_id', x.client_id,
           'why', (array['serial', 'email', 'phone', 'name'])[x.sure]) order by x.sure, x.serial), '[]')
    into answer
    from (select c.serial, m.name, c.client_id, b.sure
            from best b
            join coin c on c.id = b.coin_id and not c.closed
            join client m on m.id = c.client_id
            join bank_account a on a.id = l.account_id and a.issuer_id = c.issuer_id
           order by b.sure, c.serial limit 10) as x;
  perform log_write('person:' || who.staff_id, who, 'receipt.candidates', 'statement_line', l.id::text, null,
                    jsonb_build_object('found', jsonb_array_length(answer)));
  return jsonb_build_object('candidates', answer);
end $$;
