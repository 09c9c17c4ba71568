-- What a contract can set: the kinds of operation in their order, and the issuers.
-- permission: contract:list
create function api.contract_choices()
returns jsonb language plpgsql security definer
set search_path from current
as $$
begin
  perform require('contract:list');
  return jsonb_build_object(
    'kinds', (select jsonb_agg(k.kind order by k.position) from priced_kind k),
    'issuers', (select coalesce(jsonb_agg(jsonb_build_object('code', i.code, 'scale', i.scale, 'kind', i.kind)
                                          order by i.position, i.id), '[]') from issuer i where i.active));
end $$;
