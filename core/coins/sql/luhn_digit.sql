-- The check digit of a row of digits (ISO/IEC 7812-1 annex B, Luhn).
create function rule.luhn_digit(p_digits text)
returns text language sql immutable
as $$
  select ((10 - sum(case when (length(p_digits) - i) % 2 = 0 then (d * 2) / 10 + (d * 2) % 10 else d end) % 10)
          % 10)::text
    from (select i, substr(p_digits, i, 1)::integer as d from generate_series(1, length(p_digits)) as i) digits
$$;
