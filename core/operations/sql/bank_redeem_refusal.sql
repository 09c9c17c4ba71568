-- Why a line cannot be paid out to a bank account, or null: an IBAN (ISO 13616, as long as its country's are, its check
-- digits by ISO/IEC 7064 MOD 97-10), the name of who is paid, and a note of at most 140 letters, as banks take them.
create function rule.bank_redeem_refusal(p_line jsonb)
returns jsonb language plpgsql immutable
as $$
declare
  iban constant text := bank_code_kept(p_line ->> 'iban');
  digits text;
begin
  if iban !~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$' then
    return no('BO030', 'iban.invalid');
  end if;
  if length(iban) <> iban_length(left(iban, 2)) then
    return no('BO030', 'iban.length', jsonb_build_object(
      'country', left(iban, 2), 'wanted', iban_length(left(iban, 2)), 'given', length(iban)));
  end if;
  digits := (select string_agg(case when c ~ '[A-Z]' then (ascii(c) - 55)::text else c end, '' order by i)
               from regexp_split_to_table(substr(iban, 5) || left(iban, 4), '') with ordinality as s (c, i));
  if digits::numeric % 97 <> 1 then
    return no('BO030', 'iban.invalid');
  end if;
  if length(btrim(coalesce(p_line ->> 'payee', ''))) not between 1 and 140 or has_unseen(p_line ->> 'payee') then
    return no('BO030', 'payee.invalid');
  end if;
  if length(p_line ->> 'note') > 140 or has_unseen(p_line ->> 'note') then
    return no('BO030', 'note.invalid');
  end if;
  return null;
end $$;
