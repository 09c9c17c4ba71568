-- Makes the demo's days by the rules that people's keys call, in a loop inside the server. These functions live
-- for one connection only and are installed nowhere. Times are given, not taken, so that three months of
-- days pass in seconds; everything else (prices, limits, states, postings, log) is the rules' own doing.

-- A complete count of a desk: what the books say, in the largest notes that fit, with some pieces too many or few.
create function pg_temp.demo_count(p_desk_id integer, p_off_by bigint)
returns jsonb language plpgsql as $$
declare
  held record;
  counts jsonb := '[]';
  lines jsonb;
  left_over bigint;
  note bigint;
begin
  for held in select i.id, i.code, i.denominations, dc.cash_account_id
                from desk_currency dc join issuer i on i.id = dc.issuer_id
               where dc.desk_id = p_desk_id order by i.id loop
    left_over := balance_of(held.cash_account_id);
    if held.code = 'EUR' then
      left_over := left_over + p_off_by;
    end if;
    lines := '[]';
    foreach note in array held.denominations loop
      lines := lines || jsonb_build_array(jsonb_build_array(note, left_over / note));
      left_over := left_over % note;
    end loop;
    counts := counts || jsonb_build_array(jsonb_build_object('issuer', held.code, 'lines', lines));
  end loop;
  return counts;
end $$;

-- One desk's day from the opening count to its end: 'closed', or 'requested' when it is to wait for an accountant.
-- p_off_by is by how many cents of EUR the closing count is over (or short, when negative).
create procedure pg_temp.demo_day(
  p_cashier actor, p_accountant actor, p_desk_id integer, p_on date, p_operations integer, p_coins bigint[],
  p_off_by bigint, p_ending text)
language plpgsql as $$
declare
  zone constant text := (select b.time_zone from desk k join branch b on b.id = k.branch_id where k.id = p_desk_id);
  step constant interval := interval '8 hours' / p_operations;
  at timestamptz := (p_on + time '08:30') at time zone zone;
  d bigint;
  terms contract_term[];
  term contract_term;
  pick bigint;
  c record;
  kind text;
  amount bigint;
  commission bigint;
begin
  d := (day_start(p_cashier, at, gen_random_uuid(), p_desk_id) ->> 'day_id')::bigint;
  perform day_opening_count(p_cashier, at + interval '12 minutes', gen_random_uuid(), d,
                            pg_temp.demo_count(p_desk_id, 0), false, null);
  at := (p_on + time '09:00') at time zone zone;
  terms := array(select t from contract_term t where t.version_id = version_in_force(null, at));
  for n in 1 .. p_operations loop
    at := at + step * (0.4 + random());
    -- A few clients come often and many seldom.
    pick := p_coins[1 + floor(cardinality(p_coins) * random() ^ 2)::integer];
    select co.id, co.client_id, co.issuer_id, i.code, w.balance, b.balance as cash into c
      from coin co
      join issuer i on i.id = co.issuer_id
      join account w on w.id = co.wallet_account_id
      join desk_currency dc on dc.desk_id = p_desk_id and dc.issuer_id = co.issuer_id
      join account b on b.id = dc.cash_account_id
     where co.id = pick;
    kind := 'cash_top_up';
    amount := 500 * (2 + floor(78 * random() ^ 3)::bigint);
    if c.balance > 4000 and random() < (case when c.cash > 4000000 then 0.75 else 0.55 end) then
      kind := 'cash_withdrawal';
      amount := greatest(500, least(c.balance * (2 + floor(7 * random())::bigint) / 10, 60000) / 500 * 500);
      if amount > c.cash then
        kind := 'cash_top_up';
      end if;
    end if;
    -- What the preview would show; the rule refuses the operation if it prices it otherwise.
    foreach term in array terms loop
      exit when term.operation_kind = kind and term.issuer_id = c.issuer_id;
    end loop;
    commission := commission_of(term, amount);
    continue when kind = 'cash_withdrawal' and amount + commission > c.balance;
    perform cash_operation(p_cashier, at, kind, gen_random_uuid(), d, c.id, c.code, amount, commission,
                           case kind when 'cash_withdrawal' then 'DEMO ' || lpad(c.client_id::text, 6, '0') end);
    -- A row that one transaction changes over and over is read through all its versions; a commit lets them go.
    if n % 10 = 0 then
      commit;
    end if;
  end loop;
  at := greatest(at, (p_on + time '17:15') at time zone zone);
  perform day_counting_start(p_cashier, at, gen_random_uuid(), d);
  perform day_closing_count(p_cashier, at + interval '14 minutes', gen_random_uuid(), d,
                            pg_temp.demo_count(p_desk_id, p_off_by), null);
  if p_ending = 'closed' then
    perform day_close(p_accountant, at + interval '40 minutes', gen_random_uuid(), d,
                      (select max(k.id) from cash_count k where k.day_id = d and k.kind = 'closing'), null);
  end if;
end $$;

-- The company before its first day: units of value, branches, desks with a float, who works where, one contract.
create function pg_temp.demo_company(p_who actor, p_at timestamptz, p_cashiers integer[])
returns void language plpgsql as $$
declare
  unit record;
  kind text;
  branch integer;
  desk integer;
  number integer := 0;
  version integer;
  business integer;
begin
  perform issuer_add(p_who, p_at, 'EUR', 'Euro', '€', 2::smallint, 'real',
                     array[50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1], 1::smallint);
  perform issuer_add(p_who, p_at, 'USD', 'US dollar', '$', 2::smallint, 'real',
                     array[10000, 5000, 2000, 1000, 500, 100, 25, 10, 5, 1], 2::smallint);
  perform issuer_add(p_who, p_at, 'BONUS', 'Bonus point', 'B', 0::smallint, 'bonus', '{}', 3::smallint);
  insert into contract (name, is_default) values ('Standard', true);
  insert into contract_version (contract_id, valid_from) select c.id, p_at - interval '1 year' from contract c
    returning id into version;
  insert into contract (name, client_kind) values ('Business', 'business');
  insert into contract_version (contract_id, valid_from)
    select c.id, p_at - interval '1 year' from contract c where c.name = 'Business'
    returning id into business;
  for unit in select i.id from issuer i where cardinality(i.denominations) > 0 loop
    insert into contract_term (version_id, operation_kind, issuer_id, payer, commission, percent, fixed, minimum,
                               maximum, needs_identification)
      values (version, 'cash_top_up', unit.id, 'on_top', 'percent', 1, 0, 50, 2500, false),
             (version, 'cash_withdrawal', unit.id, 'on_top', 'fixed_plus_percent', 0.5, 100, null, 5000, true),
             (business, 'cash_top_up', unit.id, 'out_of', 'percent', 0.4, 0, 50, 10000, false),
             (business, 'cash_withdrawal', unit.id, 'out_of', 'percent', 0.6, 0, 100, 10000, true);
    foreach kind in array array['cash_top_up', 'cash_withdrawal'] loop
      insert into contract_limit (version_id, operation_kind, issuer_id, period, amount, pieces)
        values (version, kind, unit.id, 'operation', 300000, null),
               (version, kind, unit.id, 'day', 500000, 20),
               (version, kind, unit.id, 'month', 5000000, null),
               (business, kind, unit.id, 'operation', 1000000, null),
               (business, kind, unit.id, 'day', 2000000, 50);
    end loop;
    insert into contract_term (version_id, operation_kind, issuer_id, payer, commission, percent, fixed, minimum,
                               maximum, needs_identification)
      values (version, 'bank_top_up', unit.id, 'out_of', 'none', 0, 0, null, null, false),
             (version, 'bank_redeem', unit.id, 'on_top', 'fixed', 0, 100, null, null, true),
             (version, 'transfer', unit.id, 'on_top', 'percent', 0.5, 0, 10, 500, false),
             (version, 'payment', unit.id, 'out_of', 'percent', 1.2, 0, 5, null, false),
             (version, 'exchange', unit.id, 'on_top', 'percent', 0.3, 0, 10, null, false),
             (version, 'mass_payment', unit.id, 'on_top', 'fixed', 0, 20, null, null, true),
             (business, 'bank_top_up', unit.id, 'out_of', 'none', 0, 0, null, null, false),
             (business, 'bank_redeem', unit.id, 'on_top', 'fixed', 0, 150, null, null, true),
             (business, 'payment', unit.id, 'out_of', 'percent', 0.9, 0, 5, null, false),
             (business, 'exchange', unit.id, 'on_top', 'percent', 0.2, 0, 10, null, false),
             (business, 'mass_payment', unit.id, 'on_top', 'fixed', 0, 10, null, null, true);
    insert into contract_limit (version_id, operation_kind, issuer_id, period, amount, pieces)
      values (version, 'transfer', unit.id, 'operation', 100000, null),
             (version, 'transfer', unit.id, 'day', 200000, 30),
             (version, 'transfer', unit.id, 'month', 1000000, null),
             (version, 'payment', unit.id, 'operation', 200000, null),
             (version, 'payment', unit.id, 'day', 500000, 100),
             (version, 'bank_redeem', unit.id, 'day', 300000, 5),
             (version, 'bank_redeem', unit.id, 'month', 2000000, null),
             (version, 'mass_payment', unit.id, 'day', 1000000, 10);
  end loop;
  perform bank_account_add(p_who, p_at, 'DE89370400440532013000', 'COBADEFFXXX', 'Demo Money Ltd', 'EUR', 500);
  perform bank_account_add(p_who, p_at, 'GB29NWBK60161331926819', 'NWBKGB2LXXX', 'Demo Money Ltd', 'USD', 500);
  foreach kind in array array['North', 'South'] loop
    branch := branch_add(p_who, p_at, kind, case kind when 'North' then 'Europe/Warsaw' else 'Europe/Kyiv' end);
    for n in 1 .. 2 loop
      number := number + 1;
      desk := desk_add(p_who, p_at, branch, kind || ' ' || n);
      perform float_put(p_who, p_at, desk, 'EUR', 1500000);
      perform float_put(p_who, p_at, desk, 'USD', 800000);
      perform desk_assigned(p_who, p_at, gen_random_uuid(), desk, p_cashiers[number], true);
    end loop;
  end loop;
end $$;

-- Clients with their coins. Names are made up of a word and a number, in the scripts that people really have.
create function pg_temp.demo_clients(p_who actor, p_at timestamptz, p_from integer, p_to integer)
returns void language plpgsql as $$
declare
  words constant text[] := array['Client', 'Клієнт', 'Kundin', 'Klient', 'عميل', 'Ügyfél', 'Πελάτης', 'Müşteri', '顧客'];
  places constant text[] := array['Ash', 'Дуб', 'Grünau', 'Łąka', 'النخيل', 'Tölgy', 'Ελιά', 'Çınar', '桜'];
  w integer;
  new_id bigint;
  business boolean;
begin
  for n in p_from .. p_to loop
    w := 1 + n % cardinality(words);
    business := n % 20 = 0;
    new_id := client_add(
      p_who, p_at + n * interval '20 seconds', case when business then 'business' else 'individual' end,
      case when business then 'Shop ' || lpad(n::text, 4, '0') || ' ' || places[w]
           else words[w] || ' ' || lpad(n::text, 4, '0') || ' ' || places[1 + n / 7 % cardinality(places)] end,
      'client' || lpad(n::text, 4, '0') || '@clients.example', '+38000' || lpad(n::text, 7, '0'),
      case n % 3 when 0 then 'Europe/Warsaw' else 'Europe/Kyiv' end,
      case n % 25 when 7 then 'pending' when 11 then 'none' else 'approved' end,
      case when n % 25 not in (7, 11) then (p_at + interval '3 years')::date end);
    perform coin_open(p_who, p_at + n * interval '20 seconds', new_id, 'EUR',
                      case when business then 'merchant' else 'wallet' end);
    if n % 3 = 0 then
      perform coin_open(p_who, p_at + n * interval '20 seconds', new_id, 'USD',
                        case when business then 'merchant' else 'wallet' end);
    end if;
    if n % 10 = 0 then
      perform coin_open(p_who, p_at + n * interval '20 seconds', new_id, 'BONUS');
    end if;
  end loop;
end $$;
