-- A refusal as a batch carries it from its plan to its answer.
create function rule.no(p_state text, p_key text, p_params jsonb default '{}')
returns jsonb language sql immutable
as $$
  select jsonb_build_object('state', p_state, 'key', p_key, 'params', p_params)
$$;
