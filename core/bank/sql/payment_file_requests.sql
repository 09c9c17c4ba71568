-- The requests that a file is to pay, locked by their numbers; refused when one cannot go: not there, paid already,
-- not approved, in another currency.
create function rule.payment_file_requests(p_account bank_account, p_request_ids jsonb)
returns bigint[] language plpgsql
as $$
declare
  ids bigint[];
  r record;
  found_count integer := 0;
begin
  if jsonb_typeof(p_request_ids) is distinct from 'array' or jsonb_array_length(p_request_ids) not between 1 and 5000
     or exists (select from jsonb_array_elements(p_request_ids) as e where e::text !~ '^[1-9][0-9]{0,17}$') then
    perform refuse('BO030', 'payment_file.size');
  end if;
  ids := array(select distinct e::bigint from jsonb_array_elements(p_request_ids) as e order by 1);
  for r in select q.id, q.kind, q.state, q.issuer_id from redeem_request q
            where q.id = any (ids) order by q.id for no key update loop
    found_count := found_count + 1;
    if r.kind <> 'bank' or r.issuer_id <> p_account.issuer_id then
      perform refuse('BO030', 'payment_file.other_kind', jsonb_build_object('request_id', r.id));
    end if;
    if r.state <> 'approved' then
      perform refuse('BO021', 'payment_file.request_state', jsonb_build_object('request_id', r.id));
    end if;
  end loop;
  if found_count <> cardinality(ids) then
    perform refuse('BO022', 'redeem.not_found');
  end if;
  return ids;
end $$;
