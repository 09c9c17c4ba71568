-- Takes in a document that a client sent. What it is by its first bytes must be what the line says that it is.
create function rule.intake_document(p_at timestamptz, p_line jsonb)
returns jsonb language plpgsql
as $$
declare
  client_id constant bigint := intake_client_named(p_line ->> 'client');
  file_name constant text := p_line ->> 'file_name';
  begins constant text := case p_line ->> 'media_type'
    when 'image/jpeg' then 'ffd8ff' when 'image/png' then '89504e470d0a1a0a' else '255044462d' end;
  valid_until date;
  content bytea;
  new_id bigint;
begin
  if has_unseen(file_name) or file_name ~ '[/\\]' or file_name in ('.', '..') then
    perform refuse('BO030', 'intake.file_name');
  end if;
  if has_unseen(p_line ->> 'number') then
    perform refuse('BO030', 'intake.field_wrong', '{"field": "number"}');
  end if;
  begin
    valid_until := (p_line ->> 'valid_until')::date;
  exception when data_exception then
    perform refuse('BO030', 'intake.field_wrong', '{"field": "valid_until"}');
  end;
  begin
    content := decode(p_line ->> 'content', 'base64');
  exception when data_exception then
    perform refuse('BO030', 'intake.not_base64');
  end;
  if octet_length(content) not between 1 and 5242880 then
    perform refuse('BO030', 'intake.document_size', '{"megabytes": 5}');
  end if;
  if encode(substr(content, 1, length(begins) / 2), 'hex') <> begins then
    perform refuse('BO030', 'intake.not_media', jsonb_build_object('media_type', p_line ->> 'media_type'));
  end if;
  insert into document (client_id, kind, number, valid_until, file_name, media_type, content, received_at)
    values (client_id, p_line ->> 'kind', p_line ->> 'number', valid_until, file_name, p_line ->> 'media_type', content,
            p_at)
    returning id into new_id;
  return jsonb_build_object('document_id', new_id, 'client_id', client_id, 'bytes', octet_length(content),
                            'sha256', encode(sha256(content), 'hex'));
end $$;
