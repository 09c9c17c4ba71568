-- A file of payments as it was made. Reading it leaves a trace: it holds names and accounts.
-- permission: bank:file
create function api.payment_file(p_file_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('bank:file');
  f payment_file;
begin
  select * into f from payment_file where id = p_file_id;
  if not found then
    perform refuse('BO022', 'payment_file.not_found');
  end if;
  perform log_write('person:' || who.staff_id, who, 'payment_file.read', 'payment_file', f.id::text, null, '{}');
  return jsonb_build_object(
    'file_id', f.id, 'message_id', f.message_id, 'pieces', f.pieces, 'total', f.total, 'made_at', f.made_at,
    'sha256', encode(f.sha256, 'hex'), 'content', convert_from(f.content, 'UTF8'));
end $$;
