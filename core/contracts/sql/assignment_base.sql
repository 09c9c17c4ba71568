-- What an assignment stands on: how many of its clients have which contract of their own, now and planned.
create function rule.assignment_base(p_payload jsonb)
returns jsonb language plpgsql stable
as $$
declare
  ids constant bigint[] := assigned_ids(p_payload);
  c contract := contract_named(p_payload);
begin
  return (
    with newest as (
      select u.id, (select row(a.contract_id, a.valid_from) from client_contract a
                     where a.client_id = u.id order by a.valid_from desc limit 1)::text as has,
             (select a.contract_id from client_contract a where a.client_id = u.id order by a.valid_from desc limit 1) as k
        from unnest(ids) as u (id))
    select jsonb_build_object(
             'contract', c.name, 'clients', cardinality(ids),
             'before', (select coalesce(jsonb_agg(jsonb_build_object('contract', b.name, 'clients', b.many) order by b.name nulls first), '[]')
                          from (select x.name, count(*) as many from newest n left join contract x on x.id = n.k
                                 group by x.name) as b),
             'hash', (select encode(sha256(convert_to(coalesce(string_agg(n.id || ':' || coalesce(n.has, ''), ',' order by n.id), ''),
                                                      'UTF8')), 'hex') from newest n)));
end $$;
