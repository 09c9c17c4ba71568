-- What is there now of that which a change would change, for whoever does it alone: shown, and named when it is done.
-- permission: change:make
create function api.change_base_now(p_kind text, p_payload jsonb)
returns jsonb language plpgsql security definer
set search_path from current
as $$
begin
  perform require('change:make');
  perform change_kind_of(p_kind, 'make');
  perform change_payload_check(p_payload);
  return jsonb_build_object('base', change_base(p_kind, p_payload));
end $$;
