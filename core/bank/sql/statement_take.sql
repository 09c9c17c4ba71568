-- Takes one statement: keeps it with its lines and books what is sure. Refused when it was taken before, when its sums
-- are wrong. Returns what became of each line, and what an accountant should know.
create function rule.statement_take(
  p_who actor, p_at timestamptz, p_account bank_account, p_sha256 bytea, p_given jsonb)
returns jsonb language plpgsql
as $$
declare
  name constant text := left(p_given ->> 'id', 100);
  lines constant jsonb := coalesce(p_given -> 'lines', '[]');
  opening constant bigint := (p_given ->> 'opening')::bigint;
  closing constant bigint := (p_given ->> 'closing')::bigint;
  given_sequence constant bigint := (p_given ->> 'sequence')::bigint;
  moved numeric;
  before bank_statement;
  made bigint;
  answer jsonb;
  warnings jsonb := '[]';
begin
  select * into before from bank_statement s where s.account_id = p_account.id and s.statement = name;
  if found then
    perform refuse('BO021', 'statement.imported', jsonb_build_object(
      'statement', name, 'at', to_char(before.imported_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
      'by', (select p.name from staff p where p.id = before.imported_by_id)));
  end if;
  if jsonb_typeof(lines) <> 'array' or jsonb_array_length(lines) > 20000 then
    perform refuse('BO030', 'statement.size');
  end if;
  select coalesce(sum(case l ->> 'side' when 'credit' then 1 when 'debit' then -1 end * (l ->> 'amount')::numeric), 0)
    into moved from jsonb_array_elements(lines) as l;
  if opening + moved is distinct from closing::numeric then
    perform refuse('BO030', 'statement.sums', jsonb_build_object(
      'statement', name, 'was', opening, 'amount', moved, 'now', closing, 'scale', 2,
      'issuer', (select i.code from issuer i where i.id = p_account.issuer_id)));
  end if;
  select * into before from bank_statement s where s.account_id = p_account.id order by s.ends_on desc, s.id desc limit 1;
  insert into bank_statement (account_id, statement, sequence, starts_on, ends_on, opening, closing, gap, pieces, sha256,
                              imported_at, imported_by_id)
    values (p_account.id, name, given_sequence, (p_given ->> 'starts_on')::date, (p_given ->> 'ends_on')::date, opening,
            closing, opening - before.closing, jsonb_array_length(lines), p_sha256, p_at, p_who.staff_id)
    returning id into made;
  if opening <> before.closing then
    warnings := warnings || jsonb_build_object('key', 'gap', 'params', jsonb_build_object(
      'statement', name, 'opening', opening, 'before', before.closing));
  end if;
  if given_sequence <> before.sequence + 1 then
    warnings := warnings || jsonb_build_object('key', 'sequence', 'params', jsonb_build_object(
      'statement', name, 'sequence', given_sequence, 'before', before.sequence));
  end if;
  perform statement_lines_put(p_account, made, lines);
  answer := jsonb_build_object(
    'statement_id', made, 'statement', name, 'operations', statement_lines_book(
      p_who, p_at, p_account, array(select l.id from statement_line l where l.statement_id = made)),
    'states', (select coalesce(jsonb_agg(l.state order by l.line), '[]') from statement_line l where l.statement_id = made),
    'warnings', warnings);
  perform log_write('bank:' || p_account.id, p_who, 'statement.import', 'bank_statement', made::text, null,
    jsonb_build_object('statement', name, 'sha256', encode(p_sha256, 'hex'), 'lines', jsonb_array_length(lines),
                       'opening', opening, 'closing', closing, 'gap', opening - before.closing), false, p_at);
  return answer;
end $$;
