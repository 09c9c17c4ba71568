-- All requests that were handed in or done, and the own drafts.
-- permission: change:list
create view api.change_requests with (security_barrier) as
select r.id, r.kind, r.title, r.maker_id, m.name as maker, r.made_at, r.submitted_at, r.decided_at, d.name as decided_by,
       r.takes_effect_at, r.alone, r.reason, r.maker_id = my_id() as mine,
       case when r.state <> 'approved' then r.state
            when r.takes_effect_at > clock_timestamp() then 'scheduled'
            else 'applied' end as state
  from change_request r
  join staff m on m.id = r.maker_id
  left join staff d on d.id = r.decided_by_id
 where (select may('change:list'))
   and r.kind in (select k.kind from change_kind k where may(k.make) or may(k.decide))
   and (r.submitted_at is not null or r.alone or r.maker_id = (select my_id()));
