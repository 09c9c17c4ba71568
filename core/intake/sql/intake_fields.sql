-- What a line of each kind may hold: its fields, of which type, whether they must be there, the longest text or array,
-- and the words to choose from. The JSON Schema of core/intake/schema.py says the same; a test compares them.
create function rule.intake_fields(
  out act text, out field text, out type text, out required boolean, out longest integer, out choices text[])
returns setof record language sql immutable
as $$
  with operation (act) as (values
    ('transfer'), ('payment'), ('bonus_issue'), ('exchange'), ('mass_payment'), ('hold'), ('capture'), ('release'),
    ('refund'), ('reversal'), ('cash_redeem'), ('bank_redeem'), ('redeem_cancel'),
    ('application_withdraw')),
  act (act) as (
    select o.act from operation o union all values ('client'), ('quote'), ('document'), ('ticket')),
  special (act, field, type, required, longest, choices) as (values
    ('client', 'name', 'text', true, 200, null::text[]),
    ('client', 'email', 'text', true, 254, null),
    ('client', 'phone', 'text', true, 40, null),
    ('client', 'time_zone', 'text', true, 60, null),
    ('client', 'kind', 'choice', true, null, array['individual', 'merchant']),
    ('client', 'language', 'text', false, 3, null),
    ('client', 'organization', 'text', false, 200, null),
    ('client', 'coins', 'codes', false, 50, null),
    ('quote', 'office', 'number', true, null, null),
    ('quote', 'from', 'text', true, 12, null),
    ('quote', 'to', 'text', true, 12, null),
    ('quote', 'amount', 'text', true, 40, null),
    ('transfer', 'from', 'text', true, 300, null),
    ('transfer', 'to', 'text', true, 300, null),
    ('transfer', 'amount', 'text', true, 40, null),
    ('payment', 'from', 'text', true, 300, null),
    ('payment', 'to', 'text', true, 300, null),
    ('payment', 'amount', 'text', true, 40, null),
    ('bonus_issue', 'to', 'text', true, 300, null),
    ('bonus_issue', 'amount', 'text', true, 40, null),
    ('exchange', 'from', 'text', true, 300, null),
    ('exchange', 'to', 'text', true, 300, null),
    ('exchange', 'quote', 'key', true, null, null),
    ('mass_payment', 'from', 'text', true, 300, null),
    ('mass_payment', 'items', 'items', true, 1000, null),
    ('hold', 'from', 'text', true, 300, null),
    ('hold', 'to', 'text', true, 300, null),
    ('hold', 'amount', 'text', true, 40, null),
    ('capture', 'of', 'of', true, null, null),
    ('capture', 'amount', 'text', false, 40, null),
    ('release', 'of', 'of', true, null, null),
    ('refund', 'of', 'of', true, null, null),
    ('refund', 'amount', 'text', false, 40, null),
    ('reversal', 'of', 'of', true, null, null),
    ('cash_redeem', 'from', 'text', true, 300, null),
    ('cash_redeem', 'amount', 'text', true, 40, null),
    ('bank_redeem', 'from', 'text', true, 300, null),
    ('bank_redeem', 'amount', 'text', true, 40, null),
    ('bank_redeem', 'iban', 'text', true, 60, null),
    ('bank_redeem', 'payee', 'text', true, 140, null),
    ('redeem_cancel', 'of', 'of', true, null, null),
    ('application_withdraw', 'of', 'key', true, null, null),
    ('document', 'client', 'text', true, 254, null),
    ('document', 'kind', 'choice', true, null, array['passport', 'identity_card', 'driving_licence',
      'residence_permit', 'proof_of_address', 'company_register', 'other']),
    ('document', 'number', 'text', false, 60, null),
    ('document', 'valid_until', 'date', false, null, null),
    ('document', 'file_name', 'text', true, 200, null),
    ('document', 'media_type', 'choice', true, null, array['image/jpeg', 'image/png', 'application/pdf']),
    ('document', 'content', 'text', true, 7000000, null),
    ('ticket', 'client', 'text', true, 254, null),
    ('ticket', 'subject', 'text', true, 200, null),
    ('ticket', 'text', 'text', true, 10000, null),
    ('ticket', 'operation', 'of', false, null, null))
  select a.act, 'key', 'key', true, null::integer, null::text[] from act a
  union all
  select a.act, 'do', 'text', true, 20, null from act a
  union all
  select o.act, 'note', 'note', false, 140, null from operation o
  union all
  select o.act, 'device', 'text', false, 100, null from operation o
  union all
  select s.act, s.field, s.type, s.required, s.longest, s.choices from special s
$$;
