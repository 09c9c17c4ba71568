-- Everything about a member of staff that one looks after: account, state, sessions, lent roles, other accounts of the
-- same person, conflicts of duty.
-- permission: staff:list
create function api.staff_detail(p_staff_id integer)
returns jsonb language plpgsql stable security definer
set search_path from current
as $$
declare
  who actor := require('staff:list');
  m staff;
  st record;
begin
  select * into m from staff where id = p_staff_id;
  if not found or not looks_after(who.staff_id, m.role) then
    perform refuse('BO022', 'staff.not_found');
  end if;
  st := staff_state(m.id);
  return jsonb_build_object(
    'id', m.id, 'person_id', m.person_id, 'name', m.name, 'email', m.email, 'phone', m.phone, 'role', m.role,
    'active', m.active, 'made_at', m.made_at, 'idle_minutes', m.idle_minutes, 'last_seen', st.last_seen,
    'second_factor', st.second_factor, 'must_change_password', st.must_change_password,
    'locked_out_s', st.locked_out_s,
    'own', m.id = who.staff_id or m.person_id = who.person_id,
    'other_accounts', (
      select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'email', o.email, 'role', o.role,
                                                   'active', o.active) order by o.id), '[]')
        from staff o where o.person_id = m.person_id and o.id <> m.id),
    'sessions', sessions_of(m.id, who.session_id) -> 'sessions',
    'delegations', (
      select coalesce(jsonb_agg(jsonb_build_object(
               'id', d.id, 'role', d.role, 'starts_at', d.starts_at, 'ends_at', d.ends_at, 'reason', d.reason,
               'made_by', b.name, 'ended_at', d.ended_at,
               'active', d.ended_at is null and d.ends_at > clock_timestamp()) order by d.id desc), '[]')
        from delegation d join staff b on b.id = d.made_by_id where d.staff_id = m.id),
    'conflicts', conflicts_of(m.id, null, null, null, null, m.role, false));
end $$;
