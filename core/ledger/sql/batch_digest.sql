-- What the log keeps of a batch: SHA-256, in hex, of its operations in the order of their numbers, a line each with all
-- its fields, followed by a line for each of its postings. docs/security.md names the fields; `bocli audit verify` makes
-- the same by itself.
create function vault.batch_digest(p_batch_id bigint, p_first bigint, p_last bigint)
returns text language plpgsql stable
as $$
begin
  return (
    select encode(sha256(convert_to(string_agg(
             concat_ws('|', o.id, o.kind, to_char(o.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), o.booked_on,
                       o.issuer_id, o.amount, o.commission, coalesce(o.version_id::text, ''),
                       coalesce(o.actor_id::text, ''), coalesce(o.day_id::text, ''), coalesce(o.client_id::text, ''),
                       coalesce(o.coin_id::text, ''), coalesce(o.counter_client_id::text, ''),
                       coalesce(o.counter_coin_id::text, ''), coalesce(o.of_id::text, ''),
                       coalesce(o.reverses_id::text, ''), o.details) || e'\n' || l.lines, '' order by o.id), 'UTF8')),
             'hex')
      from operation o
      join (
        select p.operation_id,
               string_agg(concat_ws('|', p.line, p.debit_account_id, p.credit_account_id, p.issuer_id, p.amount,
                                    coalesce(p.debit_after::text, ''), coalesce(p.credit_after::text, '')) || e'\n',
                          '' order by p.line) as lines
          from posting p
         where p.operation_id between p_first and p_last
         group by p.operation_id) as l on l.operation_id = o.id
     where o.id between p_first and p_last and o.batch_id = p_batch_id);
end $$;
