-- Does a change: {"takes_effect_at", …}. The same for the maker's trial, for the approval and for one who may act alone.
create function rule.change_apply(p_kind text, p_payload jsonb, p_at timestamptz, p_request_id bigint)
returns jsonb language plpgsql
as $$
begin
  return case p_kind
           when 'contract' then contract_apply(p_payload, p_at, p_request_id)
           when 'assignment' then assignment_apply(p_payload, p_at, p_request_id)
           when 'cashback' then cashback_apply(p_payload, p_at, p_request_id)
           when 'office_rate' then office_rate_apply(p_payload, p_at, p_request_id)
           when 'system_rate' then system_rate_apply(p_payload, p_at, p_request_id)
           when 'unblock' then unblock_apply(p_payload, p_at, p_request_id)
         end;
end $$;
