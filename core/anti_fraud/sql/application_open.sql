-- An application that is not decided yet, locked, for one who may decide it: an escalated one is decided by another person
-- than who escalated it, and nobody decides what they asked for themselves, whatever account they did it by.
create function rule.application_open(p_who actor, p_application_id bigint, p_at timestamptz)
returns application language plpgsql
as $$
declare
  a application;
begin
  select * into a from application where id = p_application_id for no key update;
  if not found then
    perform refuse('BO022', 'application.not_found');
  end if;
  perform require(case when a.escalated_at is null then 'application:decide' else 'application:decide_escalated' end);
  if exists (select from staff s where s.id = a.asked_by_id and s.person_id = p_who.person_id) then
    perform refuse('BO012', 'application.own');
  end if;
  if exists (select from staff s where s.id = a.escalated_by_id and s.person_id = p_who.person_id) then
    perform refuse('BO012', 'application.own_escalation');
  end if;
  if a.state not in ('limited', 'taken') then
    perform refuse('BO021', 'application.wrong_state', jsonb_build_object('from_state', a.state, 'to_state', 'taken'));
  end if;
  if a.expires_at <= p_at then
    perform refuse('BO026', 'application.too_late');
  end if;
  return a;
end $$;
