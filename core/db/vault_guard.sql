-- Freezes the definition of schema vault. Owned by the superuser who installs; made last, and taken away
-- by the next installation before it begins. Even the owner of a vault table cannot change its definition;
-- GRANT reports no object to an event trigger, so that owner is refused every definition whatsoever.
create or replace function public.bocli_vault_guard() returns event_trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    o record;
begin
    if current_user = 'bocli_vault' then
        raise exception using errcode = 'BO042', message = 'vault.frozen';
    end if;
    if (select rolsuper from pg_roles where rolname = session_user) and session_user = current_user then
        return;
    end if;
    if tg_event = 'sql_drop' then
        for o in select schema_name, object_identity from pg_event_trigger_dropped_objects() loop
            if o.schema_name = 'vault' or o.object_identity = 'vault' or o.object_identity like '%vault.%' then
                raise exception using errcode = 'BO042', message = 'vault.frozen';
            end if;
        end loop;
    else
        for o in select schema_name, object_identity from pg_event_trigger_ddl_commands() loop
            if o.schema_name = 'vault' or o.object_identity = 'vault' or o.object_identity like '%vault.%' then
                raise exception using errcode = 'BO042', message = 'vault.frozen';
            end if;
        end loop;
    end if;
end
$$;
revoke all on function public.bocli_vault_guard() from public;
create event trigger bocli_vault_ddl on ddl_command_end execute function public.bocli_vault_guard();
create event trigger bocli_vault_drop on sql_drop execute function public.bocli_vault_guard();
alter event trigger bocli_vault_ddl enable always;
alter event trigger bocli_vault_drop enable always;
