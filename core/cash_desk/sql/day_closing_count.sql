-- Keeps the blind closing count and asks the accountant to close: the answer says what was counted, and nothing
-- of what the books expect.
create function rule.day_closing_count(
  p_who actor, p_at timestamptz, p_key uuid, p_day_id bigint, p_counts jsonb, p_note text)
returns jsonb language plpgsql
as $$
declare
  content constant jsonb := jsonb_build_object('day', p_day_id, 'counts', p_counts, 'note', p_note);
  seen jsonb;
  d desk_day;
  new_count bigint;
  counted jsonb;
begin
  d := day_locked(p_day_id);
  seen := key_seen(p_who, p_key, 'desk_day.request_close', content);
  if seen is not null then
    return seen;
  end if;
  perform day_mine(p_who, d);
  perform day_in_state(d, 'counting');
  perform note_check(p_note);
  new_count := count_keep(p_who, p_at, d, 'closing', p_counts, p_note);
  select jsonb_agg(jsonb_build_object('issuer', i.code, 'scale', i.scale, 'counted', t.counted)
                   order by i.position, i.id) into counted
    from cash_count_total t join issuer i on i.id = t.issuer_id where t.count_id = new_count;
  update desk_day set state = 'close_requested', requested_at = p_at, sent_back_reason = null where id = d.id;
  perform log_write('day:' || d.id, p_who, 'desk_day.request_close', 'desk_day', d.id::text,
                    jsonb_build_object('state', d.state),
                    jsonb_build_object('state', 'close_requested', 'count', new_count,
                                       'totals', count_differences(new_count), 'note', p_note), false, p_at);
  return key_keep(p_who, p_key, 'desk_day.request_close', content,
                  day_described(d.id) || jsonb_build_object('counted', counted));
end $$;
