-- Keeps a view of a list under a name, over one of that name; one view of a list at most is what it opens with.
-- permission: staff
create function api.view_save(
  p_list text, p_name text, p_filter text, p_columns jsonb, p_sort text, p_opens boolean)
returns jsonb language plpgsql security definer
set search_path from current
set lock_timeout = '3s'
as $$
declare
  who actor;
  plain constant text := btrim(normalize(coalesce(p_name, ''), nfc));
  params text;
begin
  who := require('staff');
  if length(plain) not between 1 and 60 or plain ~ '[[:cntrl:]]' then
    perform refuse('BO030', 'view.name_invalid');
  end if;
  if coalesce(p_list, '') !~ '^[a-z_]{1,40}$' or length(coalesce(p_filter, '')) > 500
     or coalesce(p_sort, '') !~ '^-?[a-z_]{0,40}$' or jsonb_typeof(coalesce(p_columns, '[]')) <> 'array'
     or jsonb_array_length(coalesce(p_columns, '[]')) > 40
     or exists (select from jsonb_array_elements_text(coalesce(p_columns, '[]')) as c where c !~ '^[a-z_]{1,40}$') then
    perform refuse('BO030', 'view.invalid');
  end if;
  perform from staff where id = who.staff_id for no key update;
  if (select count(1) from saved_view v where v.staff_id = who.staff_id and v.list = p_list and v.name <> plain) >= 50 then
    perform refuse('BO021', 'view.too_many');
  end if;
  if p_opens then
    update saved_view set opens = false where staff_id = who.staff_id and list = p_list and opens;
  end if;
  insert into saved_view as v (staff_id, list, name, filter, columns, sort, opens)
    values (who.staff_id, p_list, plain, coalesce(p_filter, ''),
            array(select c from jsonb_array_elements_text(coalesce(p_columns, '[]')) as c), coalesce(p_sort, ''),
            coalesce(p_opens, false))
    on conflict on constraint saved_view_name do update
      set filter = excluded.filter, columns = excluded.columns, sort = excluded.sort, opens = excluded.opens;
  return jsonb_build_object('name', plain);
exception when others then
  get stacked diagnostics params = pg_exception_detail;
  return refused(sqlstate, sqlerrm, params, 'view.save', '{}');
end $$;
