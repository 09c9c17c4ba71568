-- The account of this kind, issuer and owner; made when it is first needed.
create function vault.account_for(p_kind text, p_issuer_id smallint, p_owner_id bigint)
returns bigint language plpgsql security definer
set search_path from current
as $$
declare
  found_id bigint;
begin
  select id into found_id from account
   where kind = p_kind and issuer_id = p_issuer_id and owner_id is not distinct from p_owner_id;
  if found then
    return found_id;
  end if;
  insert into account (kind, issuer_id, owner_id, debit_sign, striped, floor)
    select k.kind, p_issuer_id, p_owner_id, case when k.side in ('asset', 'expense') then 1 else -1 end, k.striped,
           case when k.never_below_zero then 0 end
      from account_kind k
     where k.kind = p_kind
    on conflict do nothing;
  select id into strict found_id from account
   where kind = p_kind and issuer_id = p_issuer_id and owner_id is not distinct from p_owner_id;
  return found_id;
end $$;
