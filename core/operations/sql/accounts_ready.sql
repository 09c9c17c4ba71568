-- Makes the accounts of the house that lines will need and that are not there yet.
create function rule.accounts_ready(p_lines jsonb[], p_refs text[], p_coins bigint[])
returns void language plpgsql
as $$
begin
  perform account_for(n.kind, n.issuer_id, n.owner_id)
    from (
      select distinct a.kind, c.issuer_id,
             case a.kind when 'COMMISSION' then k.id::bigint when 'BATCH' then c.id end as owner_id
        from unnest(p_lines) as l
        join (values
          ('transfer', 'COMMISSION', 'transfer'), ('payment', 'COMMISSION', 'payment'),
          ('hold', 'COMMISSION', 'payment'), ('exchange', 'COMMISSION', 'exchange'),
          ('mass_payment', 'COMMISSION', 'mass_payment'),
          ('mass_payment', 'BATCH', null), ('bank_top_up', 'COMMISSION', 'bank_top_up'),
          ('bank_top_up', 'UNALLOCATED', null), ('bonus_issue', 'UNBACKED', null),
          ('cash_redeem', 'COMMISSION', 'cash_withdrawal'), ('bank_redeem', 'COMMISSION', 'bank_redeem'),
          ('payment', 'CASHBACK_DUE', null), ('payment', 'CASHBACK', null), ('hold', 'CASHBACK_DUE', null),
          ('hold', 'CASHBACK', null)) as a (act, kind, priced) on a.act = l ->> 'do'
        join unnest(p_refs, p_coins) as r (ref, id) on r.ref = coalesce(l ->> 'from', l ->> 'to')
        join coin c on c.id = r.id
        left join operation_kind k on k.kind = a.priced) as n
   where not exists (select from account x where x.kind = n.kind and x.issuer_id = n.issuer_id
                        and x.owner_id is not distinct from n.owner_id);
end $$;
