-- Where a day is and whose: desk, branch with its time zone, cashier; as a receipt names them.
create function rule.day_place(p_day desk_day)
returns jsonb language plpgsql stable
as $$
begin
  return (select jsonb_build_object('desk', k.name, 'branch', b.name, 'time_zone', b.time_zone, 'cashier', s.name)
            from desk k
            join branch b on b.id = k.branch_id
            join staff s on s.id = p_day.cashier_id
           where k.id = p_day.desk_id);
end $$;
