-- Signs up the client of a line, with a coin in each unit that it names; its time zone is known to be one. A merchant is
-- a business whose coins take payments.
create function rule.intake_client(p_who actor, p_at timestamptz, p_line jsonb)
returns jsonb language plpgsql
as $$
declare
  merchant constant boolean := p_line ->> 'kind' = 'merchant';
  o organization;
  c record;
  new_id bigint;
  coins jsonb;
begin
  c := client_checked(null, p_line ->> 'name', p_line ->> 'email', p_line ->> 'phone', p_line ->> 'time_zone',
                      p_line ->> 'language', true);
  if p_line ? 'organization' then
    -- Not closed while this is under way.
    select * into o from organization where name = name_kept(p_line ->> 'organization') for share;
    if not found then
      perform refuse('BO022', 'intake.organization_not_found');
    end if;
    if o.state <> 'active' then
      perform refuse('BO021', 'intake.organization_not_active');
    end if;
  end if;
  new_id := client_add(p_who, p_at, case when merchant then 'business' else 'individual' end, c.name, c.email, c.phone,
                       p_line ->> 'time_zone', p_logged => false);
  if p_line ? 'language' or o.id is not null then
    update client set language = p_line ->> 'language', organization_id = o.id where id = new_id;
  end if;
  perform coin_open(p_who, p_at, new_id, u.code, case when merchant then 'merchant' else 'wallet' end, false)
     from (select e.code
             from jsonb_array_elements_text(coalesce(p_line -> 'coins', '[]')) as e (code)
            group by e.code order by e.code) as u;
  select coalesce(jsonb_object_agg(i.code, n.serial), '{}') into coins
    from coin n join issuer i on i.id = n.issuer_id
   where n.client_id = new_id;
  return jsonb_build_object('client_id', new_id, 'coins', coins);
end $$;
