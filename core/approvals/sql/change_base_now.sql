-- What is there now of that which a change would change, and what would come of it: tried and taken back, as a draft is.
-- For whoever is about to make it; the base is named when it is done alone.
-- permission: change:make
create function api.change_base_now(p_kind text, p_payload jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  outcome jsonb;
  fault jsonb;
  params text;
begin
  perform require('change:make');
  perform change_kind_of(p_kind, 'make');
  perform change_payload_check(p_payload);
  begin
    outcome := change_try(p_kind, p_payload, clock_timestamp());
  exception when others then
    get stacked diagnostics params = pg_exception_detail;
    if sqlstate !~ '^BO0[123]' then
      raise;
    end if;
    fault := jsonb_build_object('state', sqlstate, 'key', sqlerrm, 'params', coalesce(nullif(params, ''), '{}')::jsonb);
  end;
  return jsonb_build_object('base', change_base(p_kind, p_payload), 'outcome', outcome, 'error', fault);
end $$;
