-- The balance of an account in minor units, on its own side; a striped account's is the sum of its stripes.
create function rule.balance_of(p_account_id bigint)
returns bigint language plpgsql stable
as $$
begin
  return (
    select case when a.striped
                then coalesce((select sum(s.balance)::bigint from stripe s where s.account_id = a.id), 0)
                else a.balance end
      from account a
     where a.id = p_account_id);
end $$;
