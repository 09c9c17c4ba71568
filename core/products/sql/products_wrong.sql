-- What is wrong with products as they are asked for: a row for each fault, with the line it came from. p_rows: objects
-- with line, code, name, issuer, price or price_from and price_to (minor units), percent, fixed, active.
create function rule.products_wrong(p_rows jsonb, out line integer, out field text, out key text)
returns setof record language plpgsql stable
as $$
begin
  return query
  with r as (
    select x.line, x.code, x.name, x.issuer, x.price, x.price_from, x.price_to, x.percent, x.fixed
      from jsonb_to_recordset(p_rows) as x (
      line integer, code text, name text, issuer text, price numeric, price_from numeric, price_to numeric,
      percent numeric, fixed numeric)),
  wrong (line, field, key) as (
    select r.line, 'code', 'product.code_invalid' from r where coalesce(r.code, '') !~ '^[A-Za-z0-9._:/-]{1,64}$'
    union all
    select r.line, 'code', 'product.code_twice'
      from (select d.line, count(1) over (partition by d.code) as times from r as d) as r where r.times > 1
    union all
    select r.line, 'name', 'product.name_invalid' from r
     where length(coalesce(r.name, '')) not between 1 and 200 or r.name ~ '[[:cntrl:]]'
    union all
    select r.line, 'issuer', 'product.issuer_unknown' from r
     where not exists (select from issuer i where i.code = r.issuer and i.active)
    union all
    select r.line, 'price', 'product.price_invalid' from r
     where (r.price is null) <> (r.price_from is not null and r.price_to is not null)
        or (r.price is not null and (r.price_from is not null or r.price_to is not null))
        or r.price not between 1 and 1000000000000000 or r.price_from not between 1 and 1000000000000000
        or r.price_to not between r.price_from and 1000000000000000
    union all
    select r.line, 'percent', 'product.percent_invalid' from r
     where r.percent not between 0 and 100 or r.percent <> round(r.percent, 6)
    union all
    select r.line, 'fixed', 'product.fixed_invalid' from r where r.fixed not between 0 and 1000000000000000)
  select w.line, w.field, w.key from wrong w order by w.line, w.field;
end $$;
