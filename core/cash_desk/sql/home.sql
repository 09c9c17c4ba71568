-- What the first screen shows, in one call: time, database, own desk and day, and how much waits where.
-- permission: staff
create function api.home()
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('staff');
  mine bigint;
begin
  select d.id into mine from desk_day d
    where d.cashier_id = who.staff_id and d.state not in ('closed', 'abandoned');
  return jsonb_build_object(
    'now', clock_timestamp(), 'database', current_database(), 'role', who.role,
    'day', case when mine is not null then day_described(mine) end,
    'waiting', jsonb_build_object(
      'cash_day', case when who.role = 'cashier' then (
         select count(*) from desk_day d where d.id = mine and d.state in ('opening_count', 'counting')) end,
      'change_requests', case when may('change:decide') then (
         select count(*) from change_request r where r.state = 'submitted' and r.maker_person_id <> who.person_id
           and exists (select from change_kind k where k.kind = r.kind and may(k.decide))) end,
      'redeem_requests', case when may('redeem:decide') then (
         select count(*) from redeem_request r where r.state = 'pending') end,
      'applications', case when may('application:decide_escalated') then (
         select count(*) from application a
          where a.state in ('limited', 'taken') and coalesce(a.snoozed_until, '-infinity') <= clock_timestamp()
            and (a.escalated_at is not null or may('application:decide'))
            and (a.taken_by_id is null or a.taken_by_id = who.staff_id)
            and not exists (select from staff s where s.id in (a.escalated_by_id, a.asked_by_id) and s.person_id = who.person_id)) end,
      'close_requests', case when may('cash_day:close') then (
         select count(*) from desk_day d where d.state = 'close_requested') end,
      'bank', case when may('bank:match') then (
         select count(l.id) from statement_line l where l.state in ('differs', 'unmatched')) end,
      'unallocated', case when may('bank:match') then (
         select count(l.id) from statement_line l left join application b on b.id = l.application_id
          where l.state = 'unallocated'
            and coalesce(b.state not in ('limited', 'taken', 'approved', 'processed'), true)) end,
      'differences', case when may('difference:list') then (
         select count(*) from account a where a.kind in ('OVER', 'SHORT') and a.balance <> 0) end));
end $$;
