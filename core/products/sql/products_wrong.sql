-- What is wrong with products as they are asked for: a row for each fault, with the line it came from; of a code that
-- stands twice, also the other line. p_rows: objects with line, code, name, issuer, price or price_from and price_to
-- (minor units), percent, fixed, active. What is not active may be of an issuer that is switched off.
create function rule.products_wrong(p_rows jsonb, out line integer, out field text, out key text, out other integer)
returns setof record language plpgsql stable
as $$
begin
  return query
  with r as (
    select x.line, x.code, x.name, x.issuer, x.price, x.price_from, x.price_to, x.percent, x.fixed,
           coalesce(x.active, true) as active
      from jsonb_to_recordset(p_rows) as x (
      line integer, code text, name text, issuer text, price numeric, price_from numeric, price_to numeric,
      percent numeric, fixed numeric, active boolean)),
  wrong (line, field, key, other) as (
    select r.line, 'code', 'product.code_invalid', null::integer from r where coalesce(r.code, '') !~ '^[A-Za-z0-9._:/-]{1,64}$'
    union all
    select d.line, 'code', 'product.code_twice', case when d.line = d.first_line then d.last_line else d.first_line end
      from (select r.line, count(1) over same as times, min(r.line) over same as first_line,
                   max(r.line) over same as last_line
              from r window same as (partition by r.code)) as d
     where d.times > 1
    union all
    select r.line, 'name', 'product.name_invalid', null from r
     where length(name_kept(r.name)) not between 1 and 200 or has_unseen(r.name)
    union all
    select r.line, 'currency', 'product.issuer_unknown', null from r
     where not exists (select from issuer i where i.code = r.issuer and (i.active or not r.active))
    union all
    select r.line, 'price', 'product.price_invalid', null from r
     where (r.price is null) <> (r.price_from is not null and r.price_to is not null)
        or (r.price is not null and (r.price_from is not null or r.price_to is not null))
        or r.price % 1 <> 0 or r.price_from % 1 <> 0 or r.price_to % 1 <> 0
        or r.price not between 1 and 1000000000000000 or r.price_from not between 1 and 1000000000000000
        or r.price_to not between r.price_from and 1000000000000000
    union all
    select r.line, 'percent', 'product.percent_invalid', null from r
     where r.percent not between 0 and 100 or r.percent <> round(r.percent, 6)
    union all
    select r.line, 'fixed', 'product.fixed_invalid', null from r
     where r.fixed % 1 <> 0 or r.fixed not between 0 and 1000000000000000)
  select w.line, w.field, w.key, w.other from wrong w order by w.line, w.field;
end $$;
