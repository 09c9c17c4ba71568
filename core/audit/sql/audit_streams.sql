-- The chains of the log with their last link: what each must reach.
-- permission: audit:read
create view api.audit_streams with (security_barrier) as
select s.stream, s.seq, s.head
  from stream s
 where (select may('audit:read'));
