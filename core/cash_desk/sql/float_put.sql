-- Puts a float of cash into a desk out of the company's own bank account, before its first day.
create function rule.float_put(
  p_who actor, p_at timestamptz, p_desk_id integer, p_issuer text, p_amount bigint)
returns bigint language plpgsql
as $$
declare
  i issuer;
  posted record;
begin
  perform from desk where id = p_desk_id for update;
  if exists (select from desk_day d where d.desk_id = p_desk_id and d.state not in ('closed', 'abandoned')) then
    perform refuse('BO021', 'day.desk_busy');
  end if;
  select * into strict i from issuer where code = p_issuer;
  perform amount_check(p_amount);
  posted := post(p_who, p_at, 'system', 'cash_input', p_at::date, i.id, p_amount, 0, null, null, null, null, null,
                 jsonb_build_object('desk', p_desk_id), array[account_for('CASH', i.id, p_desk_id)],
                 array[account_for('BANK_OWN', i.id, null)], array[p_amount]);
  return posted.operation_id;
end $$;
