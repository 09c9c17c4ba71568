-- SHA-1 (FIPS 180-4), written out because plain PostgreSQL has none and RFC 6238 codes are made with it.
create function auth.sha1(p_message bytea)
returns bytea language plpgsql immutable strict parallel safe
set search_path from current
as $$
declare
  h0 bigint := 1732584193;
  h1 bigint := 4023233417;
  h2 bigint := 2562383102;
  h3 bigint := 271733878;
  h4 bigint := 3285377520;
  low constant bigint := 4294967295;
  padded bytea;
  w bigint[];
  a bigint;
  b bigint;
  c bigint;
  d bigint;
  e bigint;
  f bigint;
  k bigint;
  t bigint;
  o integer;
begin
  padded := p_message || decode('80', 'hex')
    || decode(repeat('00', (119 - length(p_message) % 64) % 64), 'hex') || int8send(length(p_message)::bigint * 8);
  for i in 0 .. length(padded) / 64 - 1 loop
    for j in 0 .. 15 loop
      o := i * 64 + j * 4;
      w[j] := (get_byte(padded, o)::bigint << 24) | (get_byte(padded, o + 1)::bigint << 16)
        | (get_byte(padded, o + 2)::bigint << 8) | get_byte(padded, o + 3)::bigint;
    end loop;
    for j in 16 .. 79 loop
      t := w[j - 3] # w[j - 8] # w[j - 14] # w[j - 16];
      w[j] := ((t << 1) | (t >> 31)) & low;
    end loop;
    a := h0;
    b := h1;
    c := h2;
    d := h3;
    e := h4;
    for j in 0 .. 79 loop
      if j < 20 then
        f := (b & c) | ((b # low) & d);
        k := 1518500249;
      elsif j < 40 then
        f := b # c # d;
        k := 1859775393;
      elsif j < 60 then
        f := (b & c) | (b & d) | (c & d);
        k := 2400959708;
      else
        f := b # c # d;
        k := 3395469782;
      end if;
      t := ((((a << 5) | (a >> 27)) & low) + f + e + k + w[j]) & low;
      e := d;
      d := c;
      c := ((b << 30) | (b >> 2)) & low;
      b := a;
      a := t;
    end loop;
    h0 := (h0 + a) & low;
    h1 := (h1 + b) & low;
    h2 := (h2 + c) & low;
    h3 := (h3 + d) & low;
    h4 := (h4 + e) & low;
  end loop;
  return substr(int8send(h0), 5) || substr(int8send(h1), 5) || substr(int8send(h2), 5) || substr(int8send(h3), 5)
    || substr(int8send(h4), 5);
end $$;
