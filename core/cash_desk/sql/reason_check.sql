-- Refuses an empty reason, and one longer than 500 characters.
create function rule.reason_check(p_reason text)
returns void language plpgsql immutable
as $$
begin
  if coalesce(btrim(p_reason), '') = '' then
    perform refuse('BO030', 'reason.missing');
  end if;
  if length(p_reason) > 500 then
    perform refuse('BO030', 'reason.too_long', jsonb_build_object('limit', 500));
  end if;
end $$;
