-- What stands behind an issuer's units, in minor units: safeguarded money and cash; of a bonus, the units given
-- without backing.
create function rule.backed_by(p_issuer_id smallint, p_kind text)
returns bigint language plpgsql stable
as $$
begin
  return (
    select coalesce(sum(balance_of(a.id)), 0)::bigint
      from account a
     where a.issuer_id = p_issuer_id
       and a.kind = any (case p_kind when 'bonus' then array['UNBACKED']
                                     else array['BANK_SAFEGUARDED', 'CASH', 'VAULT', 'TRANSIT'] end));
end $$;
