-- Writes a version of a cashback profile, and the profile when it is new.
create function rule.cashback_apply(p_payload jsonb, p_at timestamptz, p_request_id bigint)
returns jsonb language plpgsql
as $$
declare
  c cashback_profile := cashback_named(p_payload);
  starts constant timestamptz := moment_of(p_payload, p_at);
  named constant text := btrim(regexp_replace(coalesce(p_payload ->> 'name', ''), '\s+', ' ', 'g'));
  unit issuer;
  shop organization;
  field text;
  new_version integer;
begin
  if length(named) not between 2 and 100 then
    perform refuse('BO030', 'cashback.name');
  end if;
  if exists (select from cashback_profile k where lower(k.name) = lower(named) and k.id is distinct from c.id) then
    perform refuse('BO030', 'cashback.name_taken');
  end if;
  select * into unit from issuer where code = p_payload ->> 'issuer';
  if not found then
    perform refuse('BO030', 'term.issuer_unknown', jsonb_build_object('code', coalesce(left(p_payload ->> 'issuer', 20), '-')));
  end if;
  if not is_percent(p_payload -> 'percent') then
    perform refuse('BO030', 'term.percent_range');
  end if;
  foreach field in array array['cap', 'budget'] loop
    if coalesce(p_payload -> field, 'null') <> 'null'
       and (not is_whole(p_payload -> field) or (p_payload ->> field)::bigint = 0) then
      perform refuse('BO030', 'cashback.' || field);
    end if;
  end loop;
  if not coalesce(is_whole(p_payload -> 'hold_days'), false) or (p_payload ->> 'hold_days')::bigint > 365 then
    perform refuse('BO030', 'cashback.hold_days');
  end if;
  if jsonb_typeof(p_payload -> 'clawback') is distinct from 'boolean'
     or coalesce(p_payload ->> 'paid_by', '') not in ('merchant', 'company') then
    perform refuse('BO030', 'change.payload');
  end if;
  if exists (select from cashback_version v where v.profile_id = c.id and v.issuer_id = unit.id and v.valid_from >= starts) then
    perform refuse('BO021', 'contract.later_version');
  end if;
  if c.id is null then
    if jsonb_typeof(p_payload -> 'organization_id') = 'number' and p_payload ->> 'organization_id' ~ '^[0-9]{1,9}$' then
      select * into shop from organization
       where id = (p_payload ->> 'organization_id')::integer and kind = 'merchant' and state <> 'closed';
    end if;
    if shop.id is null then
      perform refuse('BO022', 'cashback.organization');
    end if;
    insert into cashback_profile (organization_id, name) values (shop.id, named) returning * into c;
  elsif c.name <> named then
    update cashback_profile set name = named where id = c.id;
  end if;
  insert into cashback_version (profile_id, valid_from, issuer_id, percent, cap, hold_days, budget, clawback, paid_by, request_id)
    values (c.id, starts, unit.id, (p_payload ->> 'percent')::numeric, (p_payload ->> 'cap')::bigint,
            (p_payload ->> 'hold_days')::smallint, (p_payload ->> 'budget')::bigint, (p_payload -> 'clawback')::boolean,
            p_payload ->> 'paid_by', p_request_id)
    returning id into new_version;
  return jsonb_build_object('takes_effect_at', starts, 'profile_id', c.id, 'version_id', new_version);
end $$;
