-- Adds a desk to a branch, with a cash account for every issuer of which cash exists.
create function rule.desk_add(p_who actor, p_at timestamptz, p_branch_id integer, p_name text)
returns integer language plpgsql
as $$
declare
  new_id integer;
begin
  insert into desk (branch_id, name) values (p_branch_id, p_name) returning id into new_id;
  insert into desk_currency (desk_id, issuer_id, cash_account_id)
    select new_id, i.id, account_for('CASH', i.id, new_id)
      from issuer i where i.active and cardinality(i.denominations) > 0;
  perform log_write('system', p_who, 'desk.add', 'desk', new_id::text, null,
                    jsonb_build_object('branch', p_branch_id, 'name', p_name), false, p_at);
  return new_id;
end $$;
