-- Ends all roles lent to a member of staff: another role, or switched off.
-- owner: bocli_provisioner
create function auth.delegations_end(p_who actor, p_staff_id integer)
returns void language sql security definer
set search_path from current
as $$
  update delegation set ended_at = clock_timestamp(), ended_by_id = p_who.staff_id
   where staff_id = p_staff_id and ended_at is null and ends_at > clock_timestamp()
$$;
