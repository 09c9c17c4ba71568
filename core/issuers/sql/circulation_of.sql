-- What clients are owed of an issuer's unit, in minor units. Summed the other way round: the books balance, so it is
-- what all accounts make that hold no client money, and of those there are few. The first list of kinds is that of the
-- index account_not_clients; both together are the kinds with client_money in account_kind.
create function rule.circulation_of(p_issuer_id smallint)
returns bigint language plpgsql stable
as $$
begin
  return (
    select coalesce(sum(a.debit_sign * balance_of(a.id)), 0)::bigint
      from account a
     where a.issuer_id = p_issuer_id and a.kind not in ('WALLET', 'HOLD', 'BATCH')
       and a.kind not in ('PAYOUT', 'CASHBACK_DUE', 'UNALLOCATED'));
end $$;
