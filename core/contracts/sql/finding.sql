-- One finding of a check: how grave, its text's key and that text's parameters.
create function rule.finding(p_severity text, p_key text, p_params jsonb default '{}')
returns jsonb language sql immutable
as $$
  select jsonb_build_object('severity', p_severity, 'key', p_key, 'params', p_params)
$$;
