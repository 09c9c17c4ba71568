-- Opens a coin (a wallet in one issuer's unit) for a client, with its accounts and a serial whose last digit checks
-- the others (ISO/IEC 7812-1, Luhn). p_logged: as of client_add.
create function rule.coin_open(
  p_who actor, p_at timestamptz, p_client_id bigint, p_issuer text, p_kind text default 'wallet',
  p_logged boolean default true)
returns bigint language plpgsql
as $$
declare
  i issuer;
  new_id bigint := nextval(pg_get_serial_sequence('coin', 'id'));
  digits text := '4' || lpad(new_id::text, 10, '0');
begin
  select * into i from issuer where code = p_issuer and active;
  if not found then
    perform refuse('BO022', 'issuer.not_found', jsonb_build_object('issuer', p_issuer));
  end if;
  insert into coin (id, serial, client_id, issuer_id, kind, wallet_account_id, hold_account_id, created_at)
    overriding system value
    values (new_id, digits || luhn_digit(digits), p_client_id, i.id, p_kind,
            account_for('WALLET', i.id, new_id), account_for('HOLD', i.id, new_id), p_at);
  if p_logged then
    perform log_write('system', p_who, 'coin.open', 'coin', new_id::text, null,
                      jsonb_build_object('client', p_client_id, 'issuer', p_issuer, 'kind', p_kind), false, p_at);
  end if;
  return new_id;
end $$;
