-- Opens the day by a count against the last close. Where they differ the answer first says by how much, and
-- nothing is kept; the cashier counts again, or confirms with a reason and the difference is posted.
create function rule.day_opening_count(
  p_who actor, p_at timestamptz, p_key uuid, p_day_id bigint, p_counts jsonb, p_confirm boolean, p_reason text)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id, 'counts', p_counts, 'confirm', p_confirm,
                                               'reason', p_reason);
  seen jsonb;
  d desk_day;
  new_count bigint;
  found_differences jsonb;
begin
  d := day_locked(p_day_id);
  seen := key_seen(p_who, p_key, 'desk_day.open', content);
  if seen is not null then
    return seen;
  end if;
  perform day_mine(p_who, d);
  perform day_in_state(d, 'opening_count');
  perform day_not_stale(d, p_at);
  new_count := count_keep(p_who, p_at, d, 'opening', p_counts, p_reason);
  found_differences := count_differences(new_count);
  if exists (select from cash_count_total t where t.count_id = new_count and t.counted <> t.expected) then
    if p_confirm is not true then
      perform refuse('BO025', 'difference.confirm', jsonb_build_object('differences', found_differences));
    end if;
    perform reason_check(p_reason);
    perform differences_post(p_who, p_at, d, new_count);
  end if;
  update desk_day set state = 'open', opened_at = p_at where id = d.id;
  perform log_write('day:' || d.id, p_who, 'desk_day.open', 'desk_day', d.id::text,
                    jsonb_build_object('state', d.state),
                    jsonb_build_object('state', 'open', 'count', new_count, 'totals', found_differences,
                                       'reason', p_reason), false, p_at);
  return key_keep(p_who, p_key, 'desk_day.open', content,
                  day_described(d.id) || jsonb_build_object('differences', found_differences));
end $$;
