-- Whether a pain.001 file says exactly what these requests ask: one payment each, in their order, with its name between
-- us and the bank, its amount, and the account of who is paid; from our account; under this message's name. What hides
-- text from such a look (comments, CDATA, entities of one's own, prefixes) does not belong into it.
create function rule.payment_file_says(p_content text, p_message_id text, p_account bank_account, p_ids bigint[])
returns boolean language plpgsql stable
as $$
declare
  code constant text := (select i.code from issuer i where i.id = p_account.issuer_id);
  names text[];
  amounts text[];
  ibans text[];
begin
  if p_content is null or p_content ~ '<!|<[?].*<[?]|<[/]?[A-Za-z0-9]+:|[^\u0009\u000a\u000d\u0020-\u007e]' then
    return false;
  end if;
  select array_agg(end_to_end_of(r.id) order by r.id),
         array_agg(code || (payout_of(r) / 100) || '.' || lpad((payout_of(r) % 100)::text, 2, '0') order by r.id),
         p_account.iban || array_agg(r.iban order by r.id)
    into names, amounts, ibans
    from redeem_request r where r.id = any (p_ids);
  return names = array(select m[1] from regexp_matches(p_content, '<EndToEndId[^>]*>([^<]*)<', 'g') as m)
     and amounts = array(select m[1] || m[2]
                           from regexp_matches(p_content, '<InstdAmt Ccy="([A-Z]*)">([^<]*)<', 'g') as m)
     and ibans = array(select m[1] from regexp_matches(p_content, '<IBAN[^>]*>([^<]*)<', 'g') as m)
     and array[p_message_id] = array(select m[1] from regexp_matches(p_content, '<MsgId[^>]*>([^<]*)<', 'g') as m)
     and cardinality(p_ids) = (select count(m) from regexp_matches(p_content, '<CdtTrfTxInf[ >]', 'g') as m)
     and cardinality(p_ids) = (select count(m) from regexp_matches(p_content, '<(?:InstdAmt|EqvtAmt)[ >]', 'g') as m);
end $$;
