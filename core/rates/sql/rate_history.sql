-- The rates of a pair over time, of an office or (null) the system, at most 2,000 points, oldest first.
-- permission: rate:list
create function api.rate_history(p_office_id integer, p_base text, p_quote text, p_from timestamptz)
returns jsonb language plpgsql security definer
set search_path from current
as $$
begin
  perform require('rate:list');
  return jsonb_build_object('points', (
    select coalesce(jsonb_agg(jsonb_build_array(x.valid_from, trim_scale(x.buy)::text, trim_scale(x.sell)::text) order by x.valid_from), '[]')
      from (select h.valid_from, h.buy, h.sell
              from (select s.base_id, s.quote_id, s.valid_from, s.buy, s.sell from system_rate s where p_office_id is null
                    union all
                    select r.base_id, r.quote_id, r.valid_from, r.buy, r.sell from office_rate r where r.office_id = p_office_id) as h
              join issuer b on b.id = h.base_id and b.code = p_base
              join issuer q on q.id = h.quote_id and q.code = p_quote
             where h.valid_from >= p_from order by h.valid_from desc limit 2000) as x));
end $$;
