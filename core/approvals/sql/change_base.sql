-- What is there now of that which a change would change: kept with the draft, compared again when it is decided.
create function rule.change_base(p_kind text, p_payload jsonb)
returns jsonb language plpgsql stable
as $$
begin
  return case p_kind
           when 'contract' then contract_base(p_payload)
           when 'assignment' then assignment_base(p_payload)
           when 'cashback' then cashback_base(p_payload)
           when 'office_rate' then office_rate_base(p_payload)
           when 'system_rate' then system_rate_base(p_payload)
           when 'unblock' then unblock_base(p_payload)
         end;
end $$;
