-- What there can be to walk: each kind of operation in each issuer, with the digits of its amounts.
-- permission: operation:list
create view api.operation_kinds as
select i.id as issuer_id, i.code as issuer, i.scale, k.kind
  from issuer i
 cross join operation_kind k
 where (select may('operation:list'));
