-- Takes the statements that one file has of an own account, all or nothing. A dry run does the same and undoes it, so what
-- it shows is what the real one does.
-- permission: bank:statement
create function api.statement_import(
  p_key uuid, p_account_iban text, p_statement jsonb, p_dry_run boolean default false)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  at_moment constant timestamptz := clock_timestamp();
  a bank_account;
  code text;
  seen jsonb;
  content constant jsonb := jsonb_build_object(
    'account', p_account_iban, 'statement', encode(sha256(convert_to(p_statement::text, 'UTF8')), 'hex'), 'dry_run', p_dry_run);
  file bytea;
  before bank_statement;
  one jsonb;
  answer jsonb := '[]';
  params text;
begin
  who := require('bank:statement');
  a := bank_account_named(p_account_iban);
  seen := key_seen(who, p_key, 'statement.import', content);
  if seen is not null then
    return seen;
  end if;
  if p_statement ->> 'iban' is distinct from a.iban then
    perform refuse('BO030', 'statement.other_account', jsonb_build_object(
      'iban', a.iban, 'given', coalesce(left(p_statement ->> 'iban', 40), '-')));
  end if;
  select i.code into code from issuer i where i.id = a.issuer_id;
  if p_statement ->> 'issuer' is distinct from code then
    perform refuse('BO030', 'issuer.mismatch', jsonb_build_object(
      'issuer', code, 'given', coalesce(left(p_statement ->> 'issuer', 20), '-')));
  end if;
  if coalesce(p_statement ->> 'sha256', '') !~ '^[0-9a-f]{64}$' or jsonb_typeof(p_statement -> 'statements') <> 'array'
     or jsonb_array_length(p_statement -> 'statements') not between 1 and 400 then
    perform refuse('BO030', 'statement.size');
  end if;
  file := decode(p_statement ->> 'sha256', 'hex');
  select * into before from bank_statement s where s.account_id = a.id and s.sha256 = file limit 1;
  if found then
    perform refuse('BO021', 'statement.imported', jsonb_build_object(
      'statement', before.statement, 'at', to_char(before.imported_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
      'by', (select p.name from staff p where p.id = before.imported_by_id)));
  end if;
  perform statement_lock(array(
    select l ->> 'end_to_end_id'
      from jsonb_array_elements(p_statement -> 'statements') as s
      cross join jsonb_array_elements(case jsonb_typeof(s -> 'lines') when 'array' then s -> 'lines' else '[]' end) as l));
  begin
    for one in select s from jsonb_array_elements(p_statement -> 'statements') as s loop
      answer := answer || statement_take(who, at_moment, a, file, one);
    end loop;
    answer := jsonb_build_object('statements', answer);
    if p_dry_run then
      raise exception using errcode = 'BO099', message = 'dry run', detail = answer::text;
    end if;
  exception when sqlstate 'BO099' then
    get stacked diagnostics params = pg_exception_detail;
    return params::jsonb;
  end;
  return key_keep(who, p_key, 'statement.import', content, answer);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'statement.import', jsonb_build_object('account', left(p_account_iban, 40)));
end $$;
