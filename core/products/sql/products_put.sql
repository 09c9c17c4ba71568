-- Puts products that are right into a provider's list: new ones are added, changed ones changed. Returns how many.
create function rule.products_put(
  p_provider_id integer, p_rows jsonb, out added integer, out changed integer, out same integer)
language plpgsql
as $$
begin
  with r as (
    select x.code, name_kept(x.name) as name, i.id as issuer_id, x.price, x.price_from, x.price_to, coalesce(x.percent, 0) as percent,
           coalesce(x.fixed, 0) as fixed, coalesce(x.active, true) as active
      from jsonb_to_recordset(p_rows) as x (
             code text, name text, issuer text, price bigint, price_from bigint, price_to bigint, percent numeric(9, 6),
             fixed bigint, active boolean)
      join issuer i on i.code = x.issuer),
  put as (
    insert into product as p (provider_id, code, name, issuer_id, price, price_from, price_to, percent, fixed, active)
      select p_provider_id, r.code, r.name, r.issuer_id, r.price, r.price_from, r.price_to, r.percent, r.fixed, r.active
        from r
      on conflict (provider_id, code) do update
        set name = excluded.name, issuer_id = excluded.issuer_id, price = excluded.price,
            price_from = excluded.price_from, price_to = excluded.price_to, percent = excluded.percent,
            fixed = excluded.fixed, active = excluded.active, changed_at = clock_timestamp()
        where (p.name, p.issuer_id, p.price, p.price_from, p.price_to, p.percent, p.fixed, p.active)
              is distinct from (excluded.name, excluded.issuer_id, excluded.price, excluded.price_from,
                                excluded.price_to, excluded.percent, excluded.fixed, excluded.active)
      returning (p.xmax = 0) as is_new)
  select count(1) filter (where put.is_new), count(1) filter (where not put.is_new) into added, changed from put;
  same := jsonb_array_length(p_rows) - added - changed;
end $$;
