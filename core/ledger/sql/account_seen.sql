-- The id of an account that must exist.
create function rule.account_seen(p_kind text, p_issuer_id smallint, p_owner_id bigint)
returns bigint language plpgsql stable
as $$
begin
  return (
    select id from account where kind = p_kind and issuer_id = p_issuer_id and owner_id = p_owner_id);
end $$;
