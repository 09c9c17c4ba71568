-- The kinds of change that the asker has to do with: makes or decides. Of others they see nothing.
create function rule.change_kinds_seen()
returns text[] language sql stable
as $$
  select coalesce(array_agg(k.kind), '{}') from change_kind k where may(k.make) or may(k.decide)
$$;
