-- Whether the one who asks may do this, for views: `where (select may('cash:read'))`. Never raises.
-- permission: staff
create function auth.may(p_permission text)
returns boolean language sql stable security definer
set search_path from current
as $$
  select exists (
    select from session s
      join staff m on m.id = s.staff_id and m.login = s.login and m.active
      join secret x on x.staff_id = m.id and not x.must_change_password
      join role_policy p on p.role = m.role and (x.totp is not null or not p.second_factor)
     where s.token_hash = sha256(convert_to(coalesce(current_setting('bocli.token', true), ''), 'UTF8'))
       and s.login = session_user and s.closed_at is null and s.locked_at is null
       and s.expires_at > clock_timestamp()
       and s.last_seen between clock_timestamp() - make_interval(mins => least(p.idle_minutes, m.idle_minutes))
                           and clock_timestamp() + interval '1 minute'
       and (p_permission = 'staff'
            or exists (select from permission q where q.permission = p_permission and q.role = m.role)
            or exists (select from permission q where q.permission = p_permission and q.role = any (roles_now(m.id)))))
$$;
