-- An accountant says what a debit is that no request asked for: the company's own (a bank's fee), or one to leave. It is
-- looked at no more; in the ledger nothing moves.
-- permission: bank:match
create function api.statement_line_mark(p_key uuid, p_line_id bigint, p_state text, p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  f record;
  seen jsonb;
  content constant jsonb := jsonb_build_object('line', p_line_id, 'state', p_state, 'reason', p_reason);
  params text;
begin
  who := require('bank:match');
  f := statement_line_of(p_line_id);
  seen := key_seen(who, p_key, 'statement_line.mark', content);
  if seen is not null then
    return seen;
  end if;
  perform statement_line_in(f.line, 'unmatched');
  if p_state is null or p_state not in ('own', 'ignored') then
    perform refuse('BO030', 'statement_line.answer');
  end if;
  perform reason_check(p_reason);
  update statement_line
     set state = p_state, decided_by_id = who.staff_id, decided_at = clock_timestamp(), reason = btrim(p_reason)
   where id = p_line_id;
  perform log_write('bank:' || (f.account).id, who, 'statement_line.mark', 'statement_line', p_line_id::text,
                    jsonb_build_object('state', 'unmatched'), jsonb_build_object('state', p_state, 'reason', p_reason));
  return key_keep(who, p_key, 'statement_line.mark', content, jsonb_build_object('state', p_state));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'statement_line.mark', jsonb_build_object('line', p_line_id));
end $$;
