-- Waits until no operation is being written and lets none begin before this transaction ends. For rare acts that must
-- know the books to be at rest; the lock waits as long as the caller's lock_timeout says.
create function vault.hold_operations()
returns void language plpgsql security definer
set search_path from current
as $$
begin
  lock table operation in share row exclusive mode;
end $$;
