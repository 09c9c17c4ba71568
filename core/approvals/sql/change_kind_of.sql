-- The kind by its name; refuses one that is unknown, and one that the asker may not make.
create function rule.change_kind_of(p_kind text, p_for text)
returns change_kind language plpgsql
as $$
declare
  k change_kind;
  needed text;
begin
  select * into k from change_kind where kind = p_kind;
  if not found then
    perform refuse('BO030', 'change.kind_unknown');
  end if;
  needed := case p_for when 'make' then k.make when 'decide' then k.decide else k.alone end;
  if needed is null then
    perform refuse('BO012', 'change.never_alone');
  end if;
  perform require(needed);
  return k;
end $$;
