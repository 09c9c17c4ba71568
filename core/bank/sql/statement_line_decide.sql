-- An accountant says whether a line whose amount differs is the payment that it names. Yes: it is booked as that, by what
-- was asked for a debit, by what came for a return. No: money that came is unallocated, money that went stays unmatched.
-- permission: bank:match
create function api.statement_line_decide(p_key uuid, p_line_id bigint, p_yes boolean, p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  at_moment constant timestamptz := clock_timestamp();
  f record;
  r redeem_request;
  seen jsonb;
  content constant jsonb := jsonb_build_object('line', p_line_id, 'yes', p_yes, 'reason', p_reason);
  state_now text;
  params text;
begin
  who := require('bank:match');
  f := statement_line_of(p_line_id);
  seen := key_seen(who, p_key, 'statement_line.decide', content);
  if seen is not null then
    return seen;
  end if;
  perform statement_line_in(f.line, 'differs');
  perform reason_check(p_reason);
  select * into r from redeem_request where id = (f.line).request_id;
  if p_yes is null then
    perform refuse('BO030', 'statement_line.answer');
  end if;
  if p_yes and r.state <> (case (f.line).side when 'debit' then 'submitted' else 'settled' end) then
    perform refuse('BO021', 'payment_file.request_state', jsonb_build_object('request_id', r.id));
  end if;
  state_now := case (f.line).side when 'debit' then case when p_yes then 'settled' else 'unmatched' end
                                  else case when p_yes then 'recredited' else 'unallocated' end end;
  update statement_line
     set state = state_now, request_id = case when p_yes then request_id end, decided_by_id = who.staff_id,
         decided_at = at_moment, reason = btrim(p_reason)
   where id = p_line_id;
  perform statement_lines_book(who, at_moment, f.account, array[p_line_id]);
  perform log_write('bank:' || (f.account).id, who, 'statement_line.decide', 'statement_line', p_line_id::text,
                    jsonb_build_object('state', 'differs', 'request', r.id, 'difference', (f.line).difference),
                    jsonb_build_object('state', state_now, 'reason', p_reason), false, at_moment);
  return key_keep(who, p_key, 'statement_line.decide', content, jsonb_build_object('state', state_now));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'statement_line.decide', jsonb_build_object('line', p_line_id));
end $$;
