-- What a file of payments has to say, in the order of the requests' numbers; nothing is changed. When the key has made
-- its file already, that file's number instead.
-- permission: bank:file
create function api.payment_file_draft(p_key uuid, p_account_id smallint, p_request_ids jsonb)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  a bank_account;
  ids bigint[];
  seen jsonb;
  params text;
begin
  who := require('bank:file');
  a := bank_account_of(p_account_id);
  seen := key_seen(who, p_key, 'payment_file.make', jsonb_build_object('account', p_account_id, 'requests', p_request_ids));
  if seen is not null then
    return jsonb_build_object('file_id', seen -> 'file_id');
  end if;
  perform bank_account_pays(a);
  ids := payment_file_requests(a, p_request_ids);
  perform log_write('person:' || who.staff_id, who, 'payment_file.draft', 'bank_account', a.id::text, null,
                    jsonb_build_object('requests', to_jsonb(ids)));
  return jsonb_build_object(
    'at', clock_timestamp(), 'name', a.name, 'iban', a.iban, 'bic', a.bic,
    'issuer', (select i.code from issuer i where i.id = a.issuer_id),
    'payments', (select jsonb_agg(jsonb_build_object(
                          'number', r.id, 'end_to_end_id', end_to_end_of(r.id), 'payee', r.payee, 'iban', r.iban,
                          'amount', payout_of(r), 'note', r.note) order by r.id)
                   from redeem_request r where r.id = any (ids)));
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'payment_file.draft', jsonb_build_object('account', p_account_id));
end $$;
