-- What is wrong with one limit of a draft.
create function rule.limit_findings(p_limit jsonb)
returns jsonb language plpgsql stable
as $$
declare
  found jsonb := '[]';
  field text;
begin
  if jsonb_typeof(p_limit) is distinct from 'object' then
    return jsonb_build_array(finding('error', 'limit.no_limit'));
  end if;
  if not exists (select from priced_kind k where k.kind = p_limit ->> 'operation_kind') then
    found := found || finding('error', 'term.kind_unknown');
  end if;
  if not exists (select from issuer i where i.code = p_limit ->> 'issuer') then
    found := found || finding('error', 'term.issuer_unknown', jsonb_build_object('code', coalesce(left(p_limit ->> 'issuer', 20), '-')));
  end if;
  if coalesce(p_limit ->> 'period', '') not in ('operation', 'day', 'week', 'month', 'quarter', 'year', 'life') then
    found := found || finding('error', 'limit.period_unknown');
  end if;
  foreach field in array array['amount', 'pieces'] loop
    if coalesce(p_limit -> field, 'null') <> 'null'
       and (not is_whole(p_limit -> field) or field = 'pieces' and (p_limit ->> field)::bigint > 1000000000) then
      found := found || finding('error', 'limit.' || field || '_number');
    end if;
  end loop;
  if coalesce(p_limit -> 'amount', 'null') = 'null' and coalesce(p_limit -> 'pieces', 'null') = 'null' then
    found := found || finding('error', 'limit.nothing');
  end if;
  if p_limit ->> 'period' = 'operation' and coalesce(p_limit -> 'pieces', 'null') <> 'null' then
    found := found || finding('error', 'limit.pieces_of_one');
  end if;
  return found;
end $$;
