-- Refuses facts of an own bank account that are not acceptable: p_bic as it is kept, p_tolerance in minor units of
-- p_issuer. A line that is off by more than 1,000.00 is another payment, and not the one that was asked for.
create function rule.bank_account_checked(p_bic text, p_name text, p_issuer text, p_tolerance bigint)
returns void language plpgsql immutable
as $$
begin
  if p_bic !~ '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$' then
    perform refuse('BO030', 'bank.account_bic');
  end if;
  -- Files of payments carry the name, in the letters that banks take: one without any would be none.
  if length(name_kept(p_name)) not between 1 and 70 or has_unseen(p_name) or name_kept(p_name) !~ '[[:alnum:]]' then
    perform refuse('BO030', 'bank.account_name');
  end if;
  if coalesce(p_tolerance, -1) not between 0 and 100000 then
    perform refuse('BO030', 'bank.account_tolerance', jsonb_build_object('max', 100000, 'issuer', p_issuer, 'scale', 2));
  end if;
end $$;
