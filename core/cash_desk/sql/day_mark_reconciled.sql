-- Sets or takes back the mark that a closed day agrees with the papers.
create function rule.day_mark_reconciled(
  p_who actor, p_at timestamptz, p_key uuid, p_day_id bigint, p_reconciled boolean)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id, 'reconciled', p_reconciled);
  seen jsonb;
  d desk_day;
begin
  d := day_locked(p_day_id);
  seen := key_seen(p_who, p_key, 'desk_day.reconcile', content);
  if seen is not null then
    return seen;
  end if;
  perform day_in_state(d, 'closed');
  perform not_own_day(p_who, d);
  if p_reconciled is null then
    perform refuse('BO030', 'reconciled.missing');
  end if;
  update desk_day set reconciled = p_reconciled where id = d.id;
  perform log_write('day:' || d.id, p_who, 'desk_day.reconcile', 'desk_day', d.id::text,
                    jsonb_build_object('reconciled', d.reconciled),
                    jsonb_build_object('reconciled', p_reconciled), false, p_at);
  return key_keep(p_who, p_key, 'desk_day.reconcile', content, day_described(d.id));
end $$;
