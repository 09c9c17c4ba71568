-- The receipt of a cash operation, for a reprint: its cashier's own operations, or any for accounting.
-- permission: receipt:read
create function api.cash_receipt(p_operation_id bigint)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  who actor := require('receipt:read');
  o operation;
begin
  select * into o from operation where id = p_operation_id and kind in ('cash_top_up', 'cash_withdrawal');
  if not found or (who.role = 'cashier' and o.actor_id is distinct from who.staff_id) then
    perform refuse('BO022', 'operation.not_found');
  end if;
  return receipt_body(o.id, (select encode(l.hash, 'hex') from log l
                              where l.entity = 'operation' and l.entity_id = o.id::text))
         || jsonb_build_object('copy', true);
end $$;
