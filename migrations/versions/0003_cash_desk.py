"""Branches, desks, desk days with their counts, and the table of the moves that a day may make."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BOOK = """
create table book.state_move (
  entity text not null,
  from_state text not null,
  to_state text not null,
  primary key (entity, from_state, to_state)
);
insert into book.state_move values
  ('desk_day', 'opening_count', 'open'),
  ('desk_day', 'opening_count', 'abandoned'),
  ('desk_day', 'open', 'counting'),
  ('desk_day', 'counting', 'close_requested'),
  ('desk_day', 'close_requested', 'counting'),
  ('desk_day', 'close_requested', 'closed'),
  ('desk_day', 'open', 'close_forced'),
  ('desk_day', 'counting', 'close_forced'),
  ('desk_day', 'close_forced', 'closed');

create table book.branch (
  id integer generated always as identity primary key,
  name text not null unique,
  time_zone text not null,
  day_ends time not null default '04:00'
);
comment on column book.branch.day_ends is
  'local time of the next morning until which a cash day may still take operations';

create table book.desk (
  id integer generated always as identity primary key,
  branch_id integer not null references book.branch,
  name text not null unique,
  z_last integer not null default 0,
  active boolean not null default true
);

create table book.desk_currency (
  desk_id integer not null references book.desk,
  issuer_id smallint not null references book.issuer,
  cash_account_id bigint not null unique,
  primary key (desk_id, issuer_id)
);

create table book.desk_assignment (
  desk_id integer not null references book.desk,
  staff_id integer not null references book.staff,
  since timestamptz not null default clock_timestamp(),
  primary key (desk_id, staff_id)
);

create table book.desk_day (
  id bigint generated always as identity primary key,
  desk_id integer not null references book.desk,
  cashier_id integer not null references book.staff,
  cash_date date not null,
  state text not null default 'opening_count'
    check (state in ('opening_count', 'open', 'counting', 'close_requested', 'close_forced', 'closed', 'abandoned')),
  started_at timestamptz not null,
  opened_at timestamptz,
  requested_at timestamptz,
  closed_at timestamptz,
  closed_by_id integer references book.staff,
  z_number integer,
  reconciled boolean not null default false,
  sent_back_reason text,
  forced_reason text,
  unique (desk_id, z_number)
) with (fillfactor = 70);
create unique index desk_day_one_a_desk on book.desk_day (desk_id) where state not in ('closed', 'abandoned');
create unique index desk_day_one_a_cashier on book.desk_day (cashier_id) where state not in ('closed', 'abandoned');
create index desk_day_desk on book.desk_day (desk_id, id);
create index desk_day_cashier on book.desk_day (cashier_id, id);
create index desk_day_requested on book.desk_day (requested_at) where state = 'close_requested';

create table book.cash_count (
  id bigint generated always as identity primary key,
  day_id bigint not null references book.desk_day,
  kind text not null check (kind in ('opening', 'closing', 'forced')),
  at timestamptz not null,
  counted_by_id integer not null references book.staff,
  note text not null default ''
);
create index cash_count_day on book.cash_count (day_id, id);

create table book.cash_count_line (
  count_id bigint not null references book.cash_count,
  issuer_id smallint not null references book.issuer,
  denomination bigint not null check (denomination > 0),
  pieces integer not null check (pieces >= 0),
  primary key (count_id, issuer_id, denomination)
);

create table book.cash_count_total (
  count_id bigint not null references book.cash_count,
  issuer_id smallint not null references book.issuer,
  counted bigint not null,
  expected bigint not null,
  primary key (count_id, issuer_id)
);
comment on column book.cash_count_total.expected is
  'what the books said at that moment; a cashier never sees it while counting blind';

create table book.z_report (
  day_id bigint primary key references book.desk_day,
  desk_id integer not null references book.desk,
  number integer not null,
  body jsonb not null,
  unique (desk_id, number)
);

create function book.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'vault.append_only' using errcode = 'BO040',
    detail = jsonb_build_object('table', tg_table_name, 'change', tg_op)::text;
end $$;
do $$
declare t text;
begin
  foreach t in array array['cash_count', 'cash_count_line', 'cash_count_total', 'z_report', 'state_move'] loop
    execute format('create trigger append_only before update or delete or truncate on book.%I
                    for each statement execute function book.refuse_change()', t);
    execute format('alter table book.%I enable always trigger append_only', t);
  end loop;
end $$;

create function book.refuse_move() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.state <> old.state and not exists (
       select from book.state_move m
        where m.entity = tg_table_name and m.from_state = old.state and m.to_state = new.state) then
    raise exception 'day.wrong_state' using errcode = 'BO021',
      detail = jsonb_build_object('state', old.state, 'wanted', new.state)::text;
  end if;
  if new.desk_id <> old.desk_id or new.cashier_id <> old.cashier_id or new.cash_date <> old.cash_date then
    raise exception 'vault.append_only' using errcode = 'BO040',
      detail = jsonb_build_object('table', tg_table_name, 'change', tg_op)::text;
  end if;
  return new;
end $$;
create trigger allowed_moves before update on book.desk_day for each row execute function book.refuse_move();
alter table book.desk_day enable always trigger allowed_moves;

do $$
declare t text;
begin
  foreach t in array array['state_move', 'branch', 'desk', 'desk_currency', 'desk_assignment', 'desk_day',
                           'cash_count', 'cash_count_line', 'cash_count_total', 'z_report'] loop
    execute format('alter table book.%I owner to bocli_owner', t);
    execute format('grant select, insert on book.%I to bocli_api', t);
  end loop;
end $$;
alter function book.refuse_change() owner to bocli_owner;
alter function book.refuse_move() owner to bocli_owner;
revoke all on function book.refuse_change(), book.refuse_move() from public;
revoke insert on book.state_move from bocli_api;
grant update (z_last, active) on book.desk to bocli_api;
grant update (state, opened_at, requested_at, closed_at, closed_by_id, z_number, reconciled, sent_back_reason,
  forced_reason) on book.desk_day to bocli_api;
grant delete on book.desk_assignment to bocli_api;
"""


def upgrade() -> None:
    op.execute(BOOK)


def downgrade() -> None:
    op.execute(
        """
        drop table book.z_report, book.cash_count_total, book.cash_count_line, book.cash_count, book.desk_day,
          book.desk_assignment, book.desk_currency, book.desk, book.branch, book.state_move;
        drop function book.refuse_move(), book.refuse_change();
        """
    )
