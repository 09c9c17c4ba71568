-- Refuses a note or reason of more than 500 characters; it may be empty.
create function rule.note_check(p_note text)
returns boolean language plpgsql immutable
as $$
begin
  if length(p_note) > 500 then
    perform refuse('BO030', 'reason.too_long', jsonb_build_object('limit', 500));
  end if;
  return true;
end $$;
