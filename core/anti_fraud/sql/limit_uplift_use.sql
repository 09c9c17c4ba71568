-- An operation has used its once-uplift: it passes nothing again, and the application that it came with is processed.
create function rule.limit_uplift_use(
  p_who actor, p_at timestamptz, p_stream text, p_uplift_id bigint, p_operation_id bigint)
returns void language plpgsql
as $$
declare
  asked_id bigint;
begin
  update limit_uplift set used_operation_id = p_operation_id where id = p_uplift_id returning application_id into asked_id;
  if asked_id is null then
    return;
  end if;
  update application set state = 'processed', operation_id = p_operation_id, uplift_id = p_uplift_id
   where id = asked_id;
  perform log_write(p_stream, p_who, 'application_processed', 'application', asked_id::text,
                    '{"state": "approved"}', jsonb_build_object('state', 'processed', 'operation', p_operation_id));
end $$;
