-- Refuses an empty reason, and one longer than 500 characters.
create function rule.reason_check(p_reason text)
returns boolean language plpgsql immutable
as $$
begin
  if coalesce(btrim(p_reason), '') = '' then
    perform refuse('BO030', 'reason.missing');
  end if;
  return note_check(p_reason);
end $$;
