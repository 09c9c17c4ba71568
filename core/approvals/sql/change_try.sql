-- Does a change and takes it back: what would come of it. Raises what doing it would raise.
create function rule.change_try(p_kind text, p_payload jsonb, p_at timestamptz)
returns jsonb language plpgsql
as $$
declare
  outcome jsonb;
begin
  begin
    outcome := change_apply(p_kind, p_payload, p_at, null);
    raise exception 'tried' using errcode = 'BO099';
  exception when sqlstate 'BO099' then
    return outcome;
  end;
end $$;
