-- Refuses a reason that says nothing: fewer than 3 characters, or more than 500.
create function rule.why_check(p_reason text)
returns boolean language plpgsql immutable
as $$
begin
  perform reason_check(p_reason);
  if length(btrim(p_reason)) < 3 then
    perform refuse('BO030', 'reason.too_short', '{"letters": 3}');
  end if;
  return true;
end $$;
