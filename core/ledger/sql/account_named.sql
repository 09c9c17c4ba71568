-- An account for people: {"kind", "of"} where of is the desk's name, the coin's serial, the day's number.
create function rule.account_named(p_account_id bigint)
returns jsonb language plpgsql stable
as $$
begin
  return (
    select jsonb_build_object('kind', a.kind, 'of', case
             when a.kind = 'CASH' then (select d.name from desk d where d.id = a.owner_id)
             when a.kind in ('WALLET', 'HOLD') then (select c.serial from coin c where c.id = a.owner_id)
             when a.kind = 'COMMISSION' then (select k.kind from operation_kind k where k.id = a.owner_id)
             when a.owner_id is not null then a.owner_id::text end)
      from account a
     where a.id = p_account_id);
end $$;
