-- What the log says of a bank account.
create function rule.bank_account_facts(p_account bank_account)
returns jsonb language sql stable
as $$
  select jsonb_build_object('iban', p_account.iban, 'bic', p_account.bic, 'name', p_account.name,
                            'issuer', (select i.code from issuer i where i.id = p_account.issuer_id),
                            'tolerance', p_account.tolerance, 'active', p_account.active)
$$;
