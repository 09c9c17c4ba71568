-- How many payments of an own account are at the bank, and in no statement yet.
create function rule.bank_account_waiting(p_account_id smallint)
returns bigint language sql stable
as $$
  select count(r.id)
    from redeem_request r
    join payment_file_item t on t.request_id = r.id
    join payment_file f on f.id = t.file_id
   where r.state = 'submitted' and f.account_id = p_account_id
$$;
