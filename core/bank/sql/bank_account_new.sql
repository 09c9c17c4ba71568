-- Refuses an own bank account that cannot be added; its currency. SEPA files are written with two digits after the point,
-- so a currency has two.
create function rule.bank_account_new(p_iban text, p_bic text, p_name text, p_issuer text, p_tolerance bigint)
returns issuer language plpgsql stable
as $$
declare
  i issuer;
begin
  -- Of a line that is paid out the IBAN alone is asked here: the payee stands for nobody.
  if bank_redeem_refusal(jsonb_build_object('iban', p_iban, 'payee', '-')) is not null then
    perform refuse('BO030', 'bank.account_iban');
  end if;
  select * into i from issuer where code = p_issuer;
  if not found or i.kind <> 'real' or i.scale <> 2 or i.code !~ '^[A-Z]{3}$' then
    perform refuse('BO030', 'bank.account_currency', jsonb_build_object('issuer', coalesce(left(p_issuer, 20), '-')));
  end if;
  perform bank_account_checked(bank_code_kept(p_bic), p_name, i.code, p_tolerance);
  if exists (select from bank_account a where a.iban = bank_code_kept(p_iban)) then
    perform refuse('BO030', 'bank.account_taken', jsonb_build_object('iban', bank_code_kept(p_iban)));
  end if;
  return i;
end $$;
