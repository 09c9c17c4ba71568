-- Notes from which devices clients' operations came: the lines and answers of a batch, in one order, by place.
create function rule.intake_devices(p_at timestamptz, p_lines jsonb[], p_answers jsonb[])
returns void language sql
as $$
  insert into client_device as d (client_id, device, first_seen, last_seen, pieces)
    select u.client_id, u.device, p_at, p_at, count(1)
      from (select coalesce(o.client_id, a.client_id) as client_id, l.line ->> 'device' as device
              from unnest(p_lines, p_answers) as l (line, answer)
              left join operation o on o.id = (l.answer ->> 'operation_id')::bigint
              left join application a on a.id = (l.answer ->> 'application_id')::bigint
             where l.line ? 'device' and l.answer ->> 'status' in ('done', 'limited')) as u
     where u.client_id is not null
     group by u.client_id, u.device
     order by u.client_id, u.device
    on conflict (client_id, device) do update
      set last_seen = greatest(d.last_seen, excluded.last_seen), pieces = d.pieces + excluded.pieces
$$;
