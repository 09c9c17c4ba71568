-- How many clients have a contract of their own now, and how many organizations give it to their members.
create function rule.contract_holders(p_contract_id integer, out clients bigint, out organizations bigint)
language sql stable
as $$
  select (select count(1) from client_contract a
           where a.contract_id = p_contract_id and a.valid_from <= clock_timestamp()
             and not exists (select from client_contract b where b.client_id = a.client_id and b.valid_from > a.valid_from
                                                             and b.valid_from <= clock_timestamp())),
         (select count(1) from organization o where o.contract_id = p_contract_id)
$$;
