-- The offer that a line asks for; the line's key is the offer's.
create function rule.intake_quote(p_who actor, p_at timestamptz, p_line jsonb)
returns jsonb language plpgsql
as $$
declare
  f issuer;
  wrong jsonb;
begin
  select * into f from issuer where code = p_line ->> 'from' and active;
  if not found then
    perform refuse('BO030', 'term.issuer_unknown', jsonb_build_object('code', p_line ->> 'from'));
  end if;
  wrong := amount_refusal(p_line, f.scale, f.code);
  if wrong is not null then
    perform refuse(wrong ->> 'state', wrong ->> 'key', wrong -> 'params');
  end if;
  return quote_offer(p_who, p_at, (p_line ->> 'key')::uuid, (p_line ->> 'office')::integer, f.code, p_line ->> 'to',
                     amount_given(p_line, f.scale));
end $$;
