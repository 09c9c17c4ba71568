-- Refuses unless the code is right; says whether a recovery code was used up.
create function auth.code_check(p_staff_id integer, p_code text, p_recovery boolean)
returns boolean language plpgsql security definer
set search_path from current
as $$
declare
  answer record;
begin
  if coalesce(trim(p_code), '') = '' then
    perform refuse('BO014', 'code.needed');
  end if;
  answer := second_factor(p_staff_id, p_code, p_recovery);
  if answer.verdict = 'locked' then
    perform refuse('BO010', 'locked_out', jsonb_build_object('seconds', answer.seconds));
  elsif answer.verdict = 'wrong' then
    perform refuse('BO013', 'code.wrong');
  end if;
  return answer.verdict = 'recovery';
end $$;
