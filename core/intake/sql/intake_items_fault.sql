-- Which field of a mass payment's items is wrong, as items.2.amount, or null: each is an object with a coin and an
-- amount, both text, and nothing else.
create function rule.intake_items_fault(p_items jsonb, p_most integer)
returns text language sql immutable
as $$
  select case
    when jsonb_typeof(p_items) <> 'array' or jsonb_array_length(p_items) not between 1 and p_most then 'items'
    else (
      select 'items.' || (i.n - 1) || coalesce('.' || w.field, '')
        from jsonb_array_elements(p_items) with ordinality as i (item, n)
        cross join lateral (
          select case
            when jsonb_typeof(i.item) <> 'object' then null
            when not intake_value_fits(coalesce(i.item -> 'to', 'null'), 'text', 300, null) then 'to'
            when not intake_value_fits(coalesce(i.item -> 'amount', 'null'), 'text', 40, null) then 'amount'
            when i.item - array['to', 'amount'] <> '{}'
              then (select min(k.k) from jsonb_object_keys(i.item - array['to', 'amount']) as k (k))
            else '' end as field) as w
       where w.field is distinct from ''
       order by i.n limit 1)
  end
$$;
