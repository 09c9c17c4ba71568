-- Turns a rule's refusal into an answer that commits, with a line in the log of the person who was refused.
-- Anything that is not a rule's refusal (BO0nn below 40) is raised again as it was.
create function rule.refused(p_state text, p_key text, p_detail text, p_what text, p_ids jsonb)
returns jsonb language plpgsql
as $$
declare
  who actor;
  params jsonb;
begin
  if p_state !~ '^BO0[123]' then
    raise exception using errcode = p_state, message = p_key, detail = coalesce(p_detail, '');
  end if;
  params := coalesce(nullif(p_detail, ''), '{}')::jsonb;
  select s.id, s.person_id, s.login, s.role, null into who from staff s where s.login = session_user;
  if not found then
    who := row(null, null, session_user, null, null)::actor;
  end if;
  perform log_write(case when who.staff_id is null then 'system' else 'person:' || who.staff_id end,
                    who, p_what, 'refusal', p_key, null,
                    jsonb_build_object('state', p_state, 'params', params, 'of', p_ids), true);
  return jsonb_build_object('refused', jsonb_build_object('state', p_state, 'key', p_key, 'params', params));
end $$;
