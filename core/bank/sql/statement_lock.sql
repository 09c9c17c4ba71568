-- Locks what lines of a bank may change, in the one order: the requests that they name, then the coins of those.
create function rule.statement_lock(p_end_to_end_ids text[])
returns void language plpgsql
as $$
declare
  ids constant bigint[] := array(select distinct request_named(e) from unnest(p_end_to_end_ids) as e);
begin
  perform from redeem_request r where r.id = any (ids) order by r.id for no key update;
  perform from coin c
    where c.id in (select r.coin_id from redeem_request r where r.id = any (ids)) order by c.id for no key update;
end $$;
