-- Whether a field's value is of its type. What it says (an amount, an IBAN, a time zone) is for the rule of its kind.
create function rule.intake_value_fits(p_value jsonb, p_type text, p_longest integer, p_choices text[])
returns boolean language sql immutable
as $$
  select case p_type
    when 'text' then jsonb_typeof(p_value) = 'string' and length(p_value #>> '{}') between 1 and p_longest
    when 'note' then jsonb_typeof(p_value) = 'string' and length(p_value #>> '{}') <= p_longest
    when 'key' then jsonb_typeof(p_value) = 'string' and is_key(p_value #>> '{}')
    when 'of' then jsonb_typeof(p_value) in ('number', 'string')
                   and (is_key(p_value #>> '{}') or p_value #>> '{}' ~ '^[1-9][0-9]{0,17}$')
    when 'number' then jsonb_typeof(p_value) = 'number' and p_value #>> '{}' ~ '^[1-9][0-9]{0,8}$'
    when 'choice' then jsonb_typeof(p_value) = 'string' and p_value #>> '{}' = any (p_choices)
    when 'date' then jsonb_typeof(p_value) = 'string'
                     and p_value #>> '{}' ~ '^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
    when 'codes' then jsonb_typeof(p_value) = 'array' and jsonb_array_length(p_value) <= p_longest
                      and not jsonb_path_exists(p_value, 'strict $[*] ? (@.type() != "string" || !(@ like_regex "^.{1,12}$"))')
    else true end
$$;
