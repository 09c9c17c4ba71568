-- Moves one side of a posting: adds p_delta on the debit side. Gives the account's kind, and the balance after
-- it unless the account is striped: an account that all operations touch has no single row to wait for.
create function vault.move_balance(p_account_id bigint, p_delta bigint, out account_kind text, out after bigint)
language plpgsql
as $$
begin
  update account set balance = balance + debit_sign * p_delta
   where id = p_account_id and not striped
   returning kind, balance into account_kind, after;
  if found then
    return;
  end if;
  insert into stripe as s (account_id, stripe, balance)
    select a.id, pg_backend_pid() % 16, a.debit_sign * p_delta from account a where a.id = p_account_id
    on conflict (account_id, stripe) do update set balance = s.balance + excluded.balance;
  select kind into strict account_kind from account where id = p_account_id;
end $$;
