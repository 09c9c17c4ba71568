-- The coins that lines name, as two lists side by side: what was written (a serial, or e-mail/ISSUER) and the coin's
-- id. What names no coin is left out. Of several coins of one client in one unit the first open one is meant.
create function rule.coins_named(p_lines jsonb[], out refs text[], out coins bigint[])
language plpgsql stable
as $$
begin
  with named as materialized (
    select distinct x.ref
      from unnest(p_lines) as l
      cross join lateral (
        select l ->> 'from' as ref
        union all select l ->> 'to'
        union all select i ->> 'to' from jsonb_array_elements(
          case when jsonb_typeof(l -> 'items') = 'array' then l -> 'items' else '[]' end) as i) as x
     where x.ref is not null and length(x.ref) <= 300),
  parted as materialized (
    select n.ref, folded(substring(n.ref from '^(.+@.+)/[A-Z][A-Z0-9]{1,11}$')) as email,
           substring(n.ref from '/([A-Z][A-Z0-9]{1,11})$') as code
      from named n where n.ref like '%@%/%'),
  found as (
    select n.ref, c.id from named n join coin c on c.serial = n.ref
    union all
    select p.ref, min(c.id)
      from parted p
      join client m on m.email_key = p.email
      join issuer i on i.code = p.code
      join coin c on c.client_id = m.id and c.issuer_id = i.id and not c.closed
     group by p.ref)
  select array_agg(f.ref), array_agg(f.id) into refs, coins from found f;
end $$;
