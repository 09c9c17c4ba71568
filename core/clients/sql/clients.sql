-- All clients, for lists. Details, which leave a trace, are client_detail's.
-- permission: client:list
create view api.clients as
select c.id, c.kind, c.name, c.name_key, c.email, c.email_key, c.phone, c.active,
       c.blocked and coalesce(c.blocked_until, 'infinity') > clock_timestamp() as blocked, c.identification,
       c.identification = 'approved'
         and coalesce(c.identified_until, 'infinity') >= (clock_timestamp() at time zone c.time_zone)::date as identified,
       c.organization_id, o.name as organization, c.created_at,
       (select count(1)::integer from coin n where n.client_id = c.id) as coins
  from client c
  left join organization o on o.id = c.organization_id
 where (select may('client:list'));
