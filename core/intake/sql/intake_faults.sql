-- What lines are not what they must be: for each of those its place and the first fault, with the field. Looks at all
-- lines at once. A line without a fault here may still be refused by the rule of its kind.
create function rule.intake_faults(p_lines jsonb[], out n integer, out refusal jsonb)
returns setof record language sql stable
as $$
  with lines as materialized (
    select l.n::integer as n, l.line, jsonb_typeof(l.line) = 'object' as is_object,
           case when jsonb_typeof(l.line) = 'object' then l.line ->> 'do' end as act
      from unnest(p_lines) with ordinality as l (line, n)),
  fields as materialized (
    select f.act, f.field, f.type, f.required, f.longest, f.choices from intake_fields() f),
  acts as materialized (select distinct f.act from fields f),
  known as materialized (
    select l.n, l.line, l.act from lines l join acts a on a.act = l.act),
  fault (n, place, refusal) as (
    select l.n, 1, no('BO030', 'intake.not_object') from lines l where not l.is_object
    union all
    select l.n, 2, case when l.line ? 'do' then no('BO030', 'intake.kind_unknown',
                                                   jsonb_build_object('given', case when jsonb_typeof(l.line -> 'do') = 'string'
                                                                                    then left(l.line ->> 'do', 40) else '-' end))
                        else no('BO030', 'intake.field_missing', '{"field": "do"}') end
      from lines l
     where l.is_object and not exists (select from acts a where a.act = l.act)
    union all
    select k.n, 3, no('BO030', 'intake.field_missing', jsonb_build_object('field', min(f.field)))
      from known k
      join fields f on f.act = k.act and f.required and not k.line ? f.field
     group by k.n
    union all
    select k.n, case when min(f.field) is null then 4 else 5 end,
           no('BO030', case when f.field is null then 'intake.field_unknown' else 'intake.field_wrong' end,
              jsonb_build_object('field', min(left(e.key, 40))))
      from known k
      cross join lateral jsonb_each(k.line) as e (key, value)
      left join fields f on f.act = k.act and f.field = e.key
     where f.field is null or not intake_value_fits(e.value, f.type, f.longest, f.choices)
     group by k.n, f.field is null
    union all
    select k.n, 6, no('BO030', 'intake.field_wrong', jsonb_build_object('field', w.field))
      from known k
      cross join lateral (
        select intake_items_fault(k.line -> 'items', f.longest) as field
          from fields f where f.act = k.act and f.type = 'items' and k.line ? 'items') as w
     where w.field is not null)
  select distinct on (f.n) f.n, f.refusal from fault f order by f.n, f.place
$$;
