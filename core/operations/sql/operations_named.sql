-- The numbers of the operations that lines go on with, in the lines' order: `of` is a number, or the key of a line that
-- was done before, at once or as an application; who takes an application back means what was set aside for it. Null
-- where a line names none, or one that is not there.
create function rule.operations_named(p_lines jsonb[])
returns bigint[] language plpgsql stable
as $$
begin
  return array(
    select case
             when e.of is null then null
             when e.act = 'application_withdraw' then
               (select h.operation_id from application a join hold h on h.id = a.hold_id where a.request_key = e.key)
             when e.of ~ '^[0-9]{1,18}$' then e.of::bigint
             else coalesce(
               (select (k.result ->> 'operation_id')::bigint from request_key k
                 where k.key = e.key and k.what = 'operation'),
               (select a.operation_id from application a where a.request_key = e.key)) end
      from (select l.n, l.l ->> 'do' as act, l.l ->> 'of' as of, key_of(jsonb_build_object('key', l.l -> 'of')) as key
              from unnest(p_lines) with ordinality as l (l, n)) as e
     order by e.n);
end $$;
