-- What of a commission is paid beyond the amount, by who pays it: all of it, nothing, or of a shared one the half, with the
-- odd unit for the payer. One expression, so that whoever asks has it inlined.
create function rule.paid_on_top(p_payer text, p_commission bigint)
returns bigint language sql immutable
as $$
  select case p_payer when 'on_top' then p_commission when 'out_of' then 0 else (p_commission + 1) / 2 end
$$;
