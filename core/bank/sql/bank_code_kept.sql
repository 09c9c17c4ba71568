-- An IBAN or a BIC as it is kept: capital letters without blanks.
create function rule.bank_code_kept(p_code text)
returns text language sql immutable
as $$
  select upper(regexp_replace(coalesce(p_code, ''), '\s', '', 'g'))
$$;
