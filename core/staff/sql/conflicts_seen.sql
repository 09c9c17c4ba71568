-- Refuses when a conflict of duty was found that the one who asks was not shown; returns the codes of all.
create function auth.conflicts_seen(p_found jsonb, p_accepted jsonb)
returns jsonb language plpgsql stable security definer
set search_path from current
as $$
declare
  codes constant jsonb := coalesce((select jsonb_agg(f -> 'code') from jsonb_array_elements(p_found) as f), '[]');
begin
  if not coalesce(p_accepted, '[]') @> codes then
    perform refuse('BO025', 'staff.conflicts', jsonb_build_object('count', jsonb_array_length(codes)));
  end if;
  return codes;
end $$;
