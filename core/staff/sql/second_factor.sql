-- Checks a code: verdict ok, recovery (a recovery code was used up), wrong, or locked with the seconds to wait.
-- The tries are counted, and their time kept, in sequences and before the check: a rollback undoes a table, not
-- a sequence. Only who has the password gets here, so a stranger cannot lock anybody out.
create function auth.second_factor(p_staff_id integer, p_code text, p_recovery boolean, out verdict text, out seconds integer)
language plpgsql security definer
set search_path from current
as $$
declare
  x secret;
  now_s constant bigint := floor(extract(epoch from clock_timestamp()));
  code constant text := lower(regexp_replace(coalesce(p_code, ''), '[^0-9A-Za-z]', '', 'g'));
  counter constant regclass := format('auth.%I', 'try_' || p_staff_id)::regclass;
  clock constant regclass := format('auth.%I', 'tried_at_' || p_staff_id)::regclass;
  tried bigint;
begin
  select * into strict x from secret where staff_id = p_staff_id for update;
  tried := coalesce(pg_sequence_last_value(counter), 0);
  seconds := coalesce(pg_sequence_last_value(clock), 0) + lock_out_seconds(tried - x.fail_base) - now_s;
  if tried > x.fail_base and seconds > 0 then
    -- a clock that was turned back must not lock anybody out for longer than the table of waits says
    seconds := least(seconds, lock_out_seconds(tried - x.fail_base));
    if seconds > 0 then
      verdict := 'locked';
      return;
    end if;
  end if;
  seconds := 0;
  tried := nextval(counter);
  perform setval(clock, now_s);
  for step in now_s / 30 - 1 .. now_s / 30 + 1 loop
    if step > x.last_step and totp(x.totp, step) = code then
      update secret set last_step = step, fail_base = tried where staff_id = p_staff_id;
      verdict := 'ok';
      return;
    end if;
  end loop;
  if p_recovery then
    update recovery set used_at = clock_timestamp()
     where staff_id = p_staff_id and code_hash = sha256(convert_to(code, 'UTF8')) and used_at is null;
    if found then
      update secret set fail_base = tried where staff_id = p_staff_id;
      verdict := 'recovery';
      return;
    end if;
  end if;
  verdict := 'wrong';
end $$;
