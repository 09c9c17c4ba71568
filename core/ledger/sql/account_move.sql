-- Moves one account by all of an operation's lines that touch it, and gives its balance after each of them. A
-- striped account has no single row that all would wait for, and so no balances after: one of its sixteen stripes,
-- chosen by the backend, is moved.
create function vault.account_move(
  p_account_id bigint, p_debit_sign smallint, p_striped boolean, p_debit bigint[], p_credit bigint[],
  p_amounts bigint[])
returns bigint[] language plpgsql
as $$
declare
  net bigint := 0;
  running bigint;
  afters bigint[];
begin
  for i in 1 .. cardinality(p_debit) loop
    if p_debit[i] = p_account_id then
      net := net + p_debit_sign * p_amounts[i];
    elsif p_credit[i] = p_account_id then
      net := net - p_debit_sign * p_amounts[i];
    end if;
  end loop;
  if p_striped then
    insert into stripe as s (account_id, stripe, balance) values (p_account_id, pg_backend_pid() % 16, net)
      on conflict (account_id, stripe) do update set balance = s.balance + excluded.balance;
    return null;
  end if;
  update account set balance = balance + net where id = p_account_id returning balance - net into running;
  for i in 1 .. cardinality(p_debit) loop
    if p_debit[i] = p_account_id then
      running := running + p_debit_sign * p_amounts[i];
      afters[i] := running;
    elsif p_credit[i] = p_account_id then
      running := running - p_debit_sign * p_amounts[i];
      afters[i] := running;
    end if;
  end loop;
  return afters;
end $$;
