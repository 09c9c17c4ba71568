-- Suspends, opens again or closes an organization, as state_move allows. Not closed while its members hold money.
-- permission: organization:edit
create function api.organization_move(p_key uuid, p_organization_id integer, p_state text, p_reason text)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  was organization;
  seen jsonb;
  content jsonb;
  params text;
begin
  who := require('organization:edit');
  content := jsonb_build_object('organization', p_organization_id, 'state', p_state, 'reason', p_reason);
  select * into was from organization where id = p_organization_id for no key update;
  if not found then
    perform refuse('BO022', 'organization.not_found');
  end if;
  seen := key_seen(who, p_key, 'organization.move', content);
  if seen is not null then
    return seen;
  end if;
  perform reason_check(p_reason);
  if not exists (select from state_move m where m.entity = 'organization' and m.from_state = was.state
                                            and m.to_state = p_state) then
    perform refuse('BO021', 'organization.wrong_state', jsonb_build_object('from_state', was.state, 'to_state', p_state));
  end if;
  if p_state = 'closed' then
    -- Every operation locks its coin before it looks at the organization: what is under way ends first and is seen
    -- here, what comes later finds the organization closed. No member gets another coin meanwhile.
    perform from client c where c.organization_id = was.id order by c.id for no key update;
    perform from coin n where n.client_id in (select c.id from client c where c.organization_id = was.id)
      order by n.id for no key update;
    if exists (select from client c
                 join coin n on n.client_id = c.id
                 join account w on w.id = n.wallet_account_id
                 join account h on h.id = n.hold_account_id
                where c.organization_id = was.id and (w.balance <> 0 or h.balance <> 0)) then
      perform refuse('BO021', 'organization.holds_money');
    end if;
  end if;
  update organization set state = p_state where id = was.id;
  perform log_write('system', who, 'organization.move', 'organization', was.id::text,
                    jsonb_build_object('state', was.state), jsonb_build_object('state', p_state, 'reason', p_reason));
  return key_keep(who, p_key, 'organization.move', content, content);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'organization.move',
                 jsonb_build_object('organization', p_organization_id));
end $$;
