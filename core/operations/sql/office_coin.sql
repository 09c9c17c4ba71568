-- The coin by which an exchange office takes and gives an issuer's unit; null when it has none.
create function rule.office_coin(p_office_id integer, p_issuer_id smallint)
returns bigint language plpgsql stable
as $$
begin
  return (
    select c.id
      from exchange_office o
      join coin c on c.client_id = o.client_id and c.issuer_id = p_issuer_id and not c.closed
     where o.id = p_office_id and o.active
     order by c.id
     limit 1);
end $$;
