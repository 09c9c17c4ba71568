-- What clients hold of an issuer's unit, in minor units: wallets, holds, batches. Summed the other way round: books
-- balance, so it is what all other accounts make, and of those there are few.
create function rule.circulation_of(p_issuer_id smallint)
returns bigint language plpgsql stable
as $$
begin
  return (
    select coalesce(sum(a.debit_sign * balance_of(a.id)), 0)::bigint
      from account a
     where a.issuer_id = p_issuer_id and a.kind not in ('WALLET', 'HOLD', 'BATCH'));
end $$;
