-- What of a member's secrets and sessions may be told to who looks after them: no secret itself. Nothing about
-- anybody else: the view that shows it runs as whoever asks.
-- permission: staff
create function auth.staff_state(
  p_staff_id integer, out last_seen timestamptz, out open_sessions integer, out second_factor boolean,
  out must_change_password boolean, out locked_out_s integer)
language sql stable security definer
set search_path from current
as $$
  select (select max(s.last_seen) from session s where s.staff_id = p_staff_id),
         (select count(1)::integer from session s
           where s.staff_id = p_staff_id and s.closed_at is null and s.expires_at > clock_timestamp()),
         x.totp is not null, x.must_change_password,
         case when tried.wrong >= 5
              then least(greatest(tried.at + lock_out_seconds(tried.wrong)
                                  - floor(extract(epoch from clock_timestamp())), 0),
                         lock_out_seconds(tried.wrong))::integer
              else 0 end
    from secret x
    cross join lateral (
      select coalesce(pg_sequence_last_value(format('auth.%I', 'try_' || x.staff_id)::regclass), 0) - x.fail_base as wrong,
             coalesce(pg_sequence_last_value(format('auth.%I', 'tried_at_' || x.staff_id)::regclass), 0) as at) as tried
   where x.staff_id = p_staff_id
     and exists (select from staff me join staff m on m.id = p_staff_id
                  where me.login = session_user and me.active and looks_after(me.id, m.role))
$$;
