-- Opens a ticket that a client wrote, with its first message; the operation that it names must be one of the client's.
create function rule.intake_ticket(p_at timestamptz, p_line jsonb)
returns jsonb language plpgsql
as $$
declare
  author constant bigint := intake_client_named(p_line ->> 'client');
  subject constant text := name_kept(p_line ->> 'subject');
  told constant text := btrim(normalize(p_line ->> 'text', nfc), E' \t\r\n');
  operation_id bigint;
  new_id bigint;
begin
  if subject = '' or has_unseen(subject) then
    perform refuse('BO030', 'intake.field_wrong', '{"field": "subject"}');
  end if;
  if told = '' or has_unseen(translate(told, E'\t\r\n', '')) then
    perform refuse('BO030', 'intake.field_wrong', '{"field": "text"}');
  end if;
  if p_line ? 'operation' then
    select o.id into operation_id from operation o
     where o.id = (operations_named(array[jsonb_build_object('of', p_line -> 'operation')]))[1]
       and author in (o.client_id, o.counter_client_id);
    if operation_id is null then
      perform refuse('BO022', 'intake.operation_not_found');
    end if;
  end if;
  insert into ticket (client_id, subject, operation_id, received_at)
    values (author, subject, operation_id, p_at) returning id into new_id;
  insert into ticket_message (ticket_id, at, text) values (new_id, p_at, told);
  return jsonb_build_object('ticket_id', new_id, 'client_id', author);
end $$;
