-- Gives back what an application set aside; one without a hold has nothing. The caller holds the coins' locks.
create function rule.application_return(p_who actor, p_at timestamptz, p_application application)
returns boolean language plpgsql
as $$
begin
  if (p_application).hold_id is not null then
    perform hold_end(p_who, p_at, (p_application).hold_id, 'application:' || (p_application).id,
                     jsonb_build_object('application', (p_application).id));
  end if;
  return true;
end $$;
