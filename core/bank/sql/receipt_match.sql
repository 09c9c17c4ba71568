-- Gives money that came in to the coin that it was meant for: p_coin is a serial, or e-mail/ISSUER. What breaks a limit
-- becomes an application, and the line stays unallocated while that waits. A dry run does the same and undoes it: it tells
-- whose coin it is, the commission, and the postings.
-- permission: bank:match
create function api.receipt_match(p_key uuid, p_line_id bigint, p_coin text, p_dry_run boolean default false)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  at_moment constant timestamptz := clock_timestamp();
  f record;
  waiting application;
  named bigint[];
  seen jsonb;
  content constant jsonb := jsonb_build_object('line', p_line_id, 'coin', p_coin);
  result jsonb;
  params text;
begin
  who := require('bank:match');
  f := statement_line_of(p_line_id);
  seen := key_seen(who, p_key, 'receipt.match', content);
  if seen is not null then
    return seen;
  end if;
  perform statement_line_in(f.line, 'unallocated');
  select * into waiting from application where id = (f.line).application_id;
  if waiting.state in ('limited', 'taken', 'approved', 'processed') then
    perform refuse('BO021', 'receipt.waits', jsonb_build_object('application_id', waiting.id));
  end if;
  begin
    result := (operations_run(who, at_moment, 'bank:' || (f.account).id, array[jsonb_build_object(
      'do', 'bank_top_up', 'to', btrim(p_coin), 'minor', (f.line).amount,
      'issuer', (select i.code from issuer i where i.id = (f.account).issuer_id))], false, true))[1];
    if result ->> 'status' = 'refused' then
      perform refuse(result ->> 'state', result ->> 'key', coalesce(result -> 'params', '{}'));
    end if;
    named := (select r.coins from coins_named(array[jsonb_build_object('to', btrim(p_coin))]) as r);
    if p_dry_run then
      result := result || (
        select jsonb_build_object('serial', c.serial, 'client', m.name, 'lines', (
                 select coalesce(lines_named(array_agg(l.debit_account_id order by l.line),
                                             array_agg(l.credit_account_id order by l.line),
                                             array_agg(l.amount order by l.line)), '[]')
                   from posting l where l.operation_id = (result ->> 'operation_id')::bigint))
          from coin c join client m on m.id = c.client_id where c.id = named[1]);
      raise exception using errcode = 'BO099', message = 'dry run', detail = result::text;
    end if;
  exception when sqlstate 'BO099' then
    get stacked diagnostics params = pg_exception_detail;
    -- It told whose coin it is: that stays in the log, though all else is undone.
    perform log_write('person:' || who.staff_id, who, 'receipt.preview', 'statement_line', p_line_id::text, null,
                      jsonb_build_object('coin', named[1]));
    return params::jsonb;
  end;
  update statement_line
     set state = case result ->> 'status' when 'done' then 'matched' else 'unallocated' end,
         last_operation_id = (result ->> 'operation_id')::bigint,
         application_id = (result ->> 'application_id')::bigint, coin_id = named[1], decided_by_id = who.staff_id,
         decided_at = at_moment
   where id = p_line_id;
  perform log_write('bank:' || (f.account).id, who, 'receipt.match', 'statement_line', p_line_id::text, null,
                    jsonb_build_object('coin', named[1], 'result', result), false, at_moment);
  return key_keep(who, p_key, 'receipt.match', content, result);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'receipt.match', jsonb_build_object('line', p_line_id));
end $$;
