-- A client's name, e-mail and phone in the form in which they are kept: the name in one Unicode form with single blanks,
-- the e-mail in its compatible form, the phone as + and digits (ITU-T E.164).
create function rule.client_kept(
  p_name text, p_email text, p_phone text, out name text, out email text, out phone text)
language plpgsql immutable
as $$
begin
  name := name_kept(p_name);
  email := nullif(btrim(normalize(coalesce(p_email, ''), nfkc)), '');
  phone := nullif(regexp_replace(
    translate(normalize(coalesce(p_phone, ''), nfkc), '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '01234567890123456789'),
    '[[:space:]()./\u2010-\u2015-]+', '', 'g'), '');
  if phone like '00%' then
    phone := '+' || substr(phone, 3);
  end if;
end $$;
