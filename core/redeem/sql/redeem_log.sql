-- The line of the log about a request that moved on.
create function rule.redeem_log(
  p_who actor, p_at timestamptz, p_stream text, p_what text, p_request redeem_request, p_state text, p_more jsonb)
returns bytea language plpgsql
as $$
begin
  return log_write(p_stream, p_who, p_what, 'redeem_request', p_request.id::text,
                   jsonb_build_object('state', p_request.state), jsonb_build_object('state', p_state) || p_more, false,
                   p_at);
end $$;
