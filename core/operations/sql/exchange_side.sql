-- One side of an exchange: the coin, whose it is, and why money cannot go out of it (p_out) or come in.
create function rule.exchange_side(
  p_coin_id bigint, p_out boolean, p_at timestamptz,
  out id bigint, out client_id bigint, out issuer_id smallint, out code text, out wallet_account_id bigint,
  out version_id integer, out today date, out identification text, out identified_until date, out refusal text)
language plpgsql stable
as $$
begin
  select c.id, c.client_id, c.issuer_id, i.code, c.wallet_account_id, version_in_force(m.id, p_at),
         (p_at at time zone m.time_zone)::date, m.identification, m.identified_until,
         side_refusal(c, m, o.state, i.active, p_out, p_at)
    into id, client_id, issuer_id, code, wallet_account_id, version_id, today, identification, identified_until, refusal
    from coin c
    join client m on m.id = c.client_id
    join issuer i on i.id = c.issuer_id
    left join organization o on o.id = m.organization_id
   where c.id = p_coin_id;
end $$;
