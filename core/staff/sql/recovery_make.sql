-- Ten new recovery codes; the old ones are void. Only hashes are kept.
create function auth.recovery_make(p_staff_id integer)
returns jsonb language plpgsql security definer
set search_path from current
as $$
declare
  codes text[] := '{}';
  code text;
begin
  delete from recovery where staff_id = p_staff_id;
  for i in 1 .. 10 loop
    code := encode(random_bytes(6), 'hex');
    insert into recovery (staff_id, code_hash) values (p_staff_id, sha256(convert_to(code, 'UTF8')));
    codes := codes || (substr(code, 1, 4) || '-' || substr(code, 5, 4) || '-' || substr(code, 9, 4));
  end loop;
  return to_jsonb(codes);
end $$;
