-- Takes approved requests into a file of payments for the bank and keeps the file, in one transaction: a request is
-- submitted when its file is there to be written again, and not before. p_content: the pain.001, which must say exactly
-- what the requests ask. The message's name follows from the key.
-- permission: bank:file
create function api.payment_file_make(p_key uuid, p_account_id smallint, p_request_ids jsonb, p_content text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  a bank_account;
  ids bigint[];
  seen jsonb;
  content constant jsonb := jsonb_build_object('account', p_account_id, 'requests', p_request_ids);
  message constant text := 'BO' || replace(p_key::text, '-', '');
  raw constant bytea := convert_to(p_content, 'UTF8');
  made bigint;
  total bigint;
  params text;
begin
  who := require('bank:file');
  a := bank_account_of(p_account_id);
  seen := key_seen(who, p_key, 'payment_file.make', content);
  if seen is not null then
    return seen;
  end if;
  perform bank_account_pays(a);
  ids := payment_file_requests(a, p_request_ids);
  if not payment_file_says(p_content, message, a, ids) then
    perform refuse('BO025', 'payment_file.other_content');
  end if;
  total := (select sum(payout_of(r)) from redeem_request r where r.id = any (ids));
  insert into payment_file (message_id, account_id, pieces, total, content, sha256, made_at, made_by_id)
    values (message, a.id, cardinality(ids), total, raw, sha256(raw), clock_timestamp(), who.staff_id)
    returning id into made;
  insert into payment_file_item (request_id, file_id) select i, made from unnest(ids) as i;
  update redeem_request set state = 'submitted' where id = any (ids);
  perform log_write('bank:' || a.id, who, 'payment_file.make', 'payment_file', made::text, null, jsonb_build_object(
    'message', message, 'requests', to_jsonb(ids), 'total', total, 'sha256', encode(sha256(raw), 'hex')));
  return key_keep(who, p_key, 'payment_file.make', content, jsonb_build_object('file_id', made));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'payment_file.make', jsonb_build_object('account', p_account_id));
end $$;
