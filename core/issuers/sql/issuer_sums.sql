-- An issuer's circulation and backing for the view, which runs with the rights of whoever asks: 0 to who may not.
-- permission: issuer:list
-- owner: bocli_api
create function auth.issuer_sums(p_issuer_id smallint, p_kind text, out circulation bigint, out backed bigint)
language plpgsql stable security definer
set search_path from current
as $$
begin
  if may('issuer:list') then
    circulation := circulation_of(p_issuer_id);
    backed := backed_by(p_issuer_id, p_kind);
  end if;
end $$;
