"""The ledger: accounts, operations, postings, the log with its chains, and the terms that price an operation.

Rows of schema vault are only ever added. What may be posted is data: `posting_kind` says which kinds of account
an operation may debit and credit, and the one function that writes postings refuses the rest.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BOOK = """
create table book.issuer (
  id smallint generated always as identity primary key,
  code text not null unique check (code ~ '^[A-Z][A-Z0-9]{1,11}$'),
  name text not null,
  symbol text not null,
  scale smallint not null check (scale between 0 and 8),
  kind text not null check (kind in ('real', 'pegged', 'bonus')),
  denominations bigint[] not null default '{}',
  position smallint not null default 0,
  active boolean not null default true
);
comment on column book.issuer.denominations is
  'notes and pieces in minor units, largest first; empty means that no cash of it exists';

create table book.organization (
  id integer generated always as identity primary key,
  name text not null unique,
  kind text not null check (kind in ('own', 'merchant', 'provider'))
);

create table book.client (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('individual', 'business')),
  name text not null check (name <> ''),
  name_key text not null,
  email text,
  email_key text unique,
  phone text unique check (phone ~ '^\\+[0-9]{6,15}$'),
  time_zone text not null,
  language text,
  identification text not null default 'none'
    check (identification in ('none', 'pending', 'approved', 'declined', 'revision', 'review', 'expired')),
  identified_until date,
  blocked boolean not null default false,
  organization_id integer references book.organization,
  created_at timestamptz not null default clock_timestamp()
);
create index client_name_key on book.client (name_key text_pattern_ops, id);

create table book.coin (
  id bigint generated always as identity primary key,
  serial text not null unique check (serial ~ '^[0-9]{12}$'),
  client_id bigint not null references book.client,
  issuer_id smallint not null references book.issuer,
  kind text not null default 'wallet' check (kind in ('wallet', 'merchant', 'office')),
  wallet_account_id bigint not null unique,
  hold_account_id bigint not null unique,
  incoming boolean not null default true,
  outgoing boolean not null default true,
  closed boolean not null default false,
  created_at timestamptz not null default clock_timestamp()
);
create index coin_client on book.coin (client_id, id);

create table book.contract (
  id integer generated always as identity primary key,
  name text not null unique,
  client_kind text check (client_kind in ('individual', 'business')),
  is_default boolean not null default false
);
create unique index contract_one_default on book.contract (is_default) where is_default;

create table book.contract_version (
  id integer generated always as identity primary key,
  contract_id integer not null references book.contract,
  valid_from timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  unique (contract_id, valid_from)
);

create table book.contract_term (
  version_id integer not null references book.contract_version,
  operation_kind text not null,
  issuer_id smallint not null references book.issuer,
  payer text not null check (payer in ('on_top', 'out_of', 'shared')),
  commission text not null
    check (commission in ('none', 'percent', 'fixed', 'fixed_plus_percent', 'greater_of', 'lesser_of', 'tiers')),
  percent numeric(9, 6) not null default 0 check (percent between 0 and 100),
  fixed bigint not null default 0 check (fixed >= 0),
  tiers jsonb not null default '[]',
  minimum bigint check (minimum >= 0),
  maximum bigint check (maximum >= 0),
  rounding text not null default 'half_up' check (rounding in ('half_up', 'up', 'down', 'half_even')),
  needs_identification boolean not null default false,
  check (minimum is null or maximum is null or minimum <= maximum),
  primary key (version_id, operation_kind, issuer_id)
);
comment on column book.contract_term.tiers is
  'ascending [{"from": minor units, "percent": "0.5", "fixed": 0}]: the last tier whose from is not above the amount';

create table book.contract_limit (
  version_id integer not null references book.contract_version,
  operation_kind text not null,
  issuer_id smallint not null references book.issuer,
  period text not null check (period in ('operation', 'day', 'week', 'month', 'quarter', 'year', 'life')),
  amount bigint check (amount >= 0),
  pieces integer check (pieces >= 0),
  check (amount is not null or pieces is not null),
  primary key (version_id, operation_kind, issuer_id, period)
);

create table book.client_contract (
  client_id bigint not null references book.client,
  contract_id integer not null references book.contract,
  valid_from timestamptz not null,
  primary key (client_id, valid_from)
);

create table book.limit_used (
  client_id bigint not null references book.client,
  operation_kind text not null,
  issuer_id smallint not null references book.issuer,
  starts date[] not null,
  amounts bigint[] not null,
  pieces integer[] not null,
  primary key (client_id, operation_kind, issuer_id)
) with (fillfactor = 70);
comment on table book.limit_used is
  'what a client has used: day, week, month, quarter, year, life; an element whose start is past counts as 0';
"""

VAULT = """
create table vault.account_kind (
  kind text primary key,
  side text not null check (side in ('asset', 'liability', 'equity', 'income', 'expense')),
  striped boolean not null,
  never_below_zero boolean not null,
  client_money boolean not null
);
insert into vault.account_kind values
  ('CASH', 'asset', false, true, false),
  ('VAULT', 'asset', false, true, false),
  ('TRANSIT', 'asset', false, true, false),
  ('BANK_SAFEGUARDED', 'asset', true, false, false),
  ('BANK_OWN', 'asset', true, false, false),
  ('SHORT', 'asset', false, true, false),
  ('DEBT', 'asset', false, true, false),
  ('UNBACKED', 'asset', true, false, false),
  ('WALLET', 'liability', false, true, true),
  ('HOLD', 'liability', false, true, true),
  ('PAYOUT', 'liability', true, false, true),
  ('CASHBACK_DUE', 'liability', true, false, true),
  ('BATCH', 'liability', false, true, true),
  ('UNALLOCATED', 'liability', true, false, true),
  ('OVER', 'liability', false, true, false),
  ('CAPITAL', 'equity', true, false, false),
  ('COMMISSION', 'income', true, false, false),
  ('FX_GAIN', 'income', true, false, false),
  ('OVER_GAIN', 'income', true, false, false),
  ('CASHBACK', 'expense', true, false, false),
  ('SHORT_LOSS', 'expense', true, false, false),
  ('PROVIDER', 'expense', true, false, false),
  ('ROUNDING', 'expense', true, false, false);

create table vault.operation_kind (
  kind text primary key,
  id smallint not null unique,
  cash smallint not null default 0 check (cash in (-1, 0, 1))
);
comment on column vault.operation_kind.cash is '1: cash comes into a desk, -1: cash leaves it, 0: no cash moves';
insert into vault.operation_kind (kind, id, cash) values
  ('cash_top_up', 1, 1),
  ('cash_withdrawal', 2, -1),
  ('count_over', 3, 0),
  ('count_short', 4, 0),
  ('short_loss', 5, 0),
  ('short_debt', 6, 0),
  ('over_gain', 7, 0),
  ('over_wallet', 8, 0),
  ('cash_input', 9, 1),
  ('reversal', 10, 0);

create table vault.posting_kind (
  operation_kind text not null references vault.operation_kind,
  debit_kind text not null references vault.account_kind,
  credit_kind text not null references vault.account_kind,
  primary key (operation_kind, debit_kind, credit_kind)
);
insert into vault.posting_kind values
  ('cash_top_up', 'CASH', 'WALLET'),
  ('cash_top_up', 'WALLET', 'COMMISSION'),
  ('cash_withdrawal', 'WALLET', 'HOLD'),
  ('cash_withdrawal', 'HOLD', 'CASH'),
  ('cash_withdrawal', 'HOLD', 'COMMISSION'),
  ('count_over', 'CASH', 'OVER'),
  ('count_short', 'SHORT', 'CASH'),
  ('short_loss', 'SHORT_LOSS', 'SHORT'),
  ('short_debt', 'DEBT', 'SHORT'),
  ('over_gain', 'OVER', 'OVER_GAIN'),
  ('over_wallet', 'OVER', 'WALLET'),
  ('cash_input', 'CASH', 'BANK_OWN'),
  ('cash_input', 'CASH', 'VAULT'),
  ('cash_input', 'CASH', 'CAPITAL');
-- A reversal writes the lines of what it reverses the other way round; these are exactly those.
insert into vault.posting_kind
  select distinct 'reversal', credit_kind, debit_kind
    from vault.posting_kind
   where operation_kind in ('cash_top_up', 'cash_withdrawal');

create table vault.account (
  id bigint generated always as identity primary key,
  kind text not null references vault.account_kind,
  issuer_id smallint not null references book.issuer,
  owner_id bigint,
  debit_sign smallint not null check (debit_sign in (-1, 1)),
  striped boolean not null,
  floor bigint,
  balance bigint not null default 0,
  constraint account_floor check (balance >= floor),
  unique nulls not distinct (kind, issuer_id, owner_id),
  unique (id, issuer_id)
) with (fillfactor = 80);
comment on column vault.account.owner_id is
  'CASH: desk; WALLET, HOLD: coin; SHORT, OVER: desk day; DEBT: client; COMMISSION: operation kind; else null';
comment on column vault.account.balance is
  'minor units on the kind''s own side; of a striped account this stays 0 and its stripes add up to the balance';

create table vault.stripe (
  account_id bigint not null references vault.account,
  stripe smallint not null check (stripe between 0 and 15),
  balance bigint not null default 0,
  primary key (account_id, stripe)
) with (fillfactor = 50);

create table vault.operation (
  id bigint generated always as identity primary key,
  kind text not null,
  at timestamptz not null,
  booked_on date not null,
  issuer_id smallint not null,
  amount bigint not null check (amount > 0),
  commission bigint not null default 0 check (commission >= 0),
  version_id integer,
  actor_id integer,
  day_id bigint,
  client_id bigint,
  coin_id bigint,
  reverses_id bigint unique references vault.operation,
  details jsonb not null default '{}',
  txid xid8 not null default pg_current_xact_id()
);
comment on column vault.operation.kind is
  'no foreign key of its own: each posting is checked against posting_kind, and its accounts carry the issuer';
create index operation_day on vault.operation (day_id, id);
create index operation_client on vault.operation (client_id, id);

create table vault.posting (
  operation_id bigint not null,
  line smallint not null,
  debit_account_id bigint not null,
  credit_account_id bigint not null,
  issuer_id smallint not null,
  amount bigint not null check (amount > 0),
  debit_after bigint,
  credit_after bigint,
  booked_on date not null,
  primary key (operation_id, line),
  check (debit_account_id <> credit_account_id),
  foreign key (debit_account_id, issuer_id) references vault.account (id, issuer_id),
  foreign key (credit_account_id, issuer_id) references vault.account (id, issuer_id)
);
create index posting_debit on vault.posting (debit_account_id, operation_id);
create index posting_credit on vault.posting (credit_account_id, operation_id);

create table vault.request_key (
  key uuid primary key,
  actor_id integer,
  what text not null,
  request_hash bytea not null,
  result jsonb,
  at timestamptz not null default clock_timestamp()
);
comment on column vault.request_key.result is 'null: the key was declared void, a late arrival of it is refused';

create table vault.stream (
  stream text primary key,
  seq bigint not null,
  head bytea not null
) with (fillfactor = 70);

create table vault.log (
  id bigint generated always as identity primary key,
  stream text not null,
  seq bigint not null,
  at timestamptz not null,
  actor_id integer,
  login text not null,
  from_addr inet,
  what text not null,
  entity text not null,
  entity_id text not null,
  before jsonb,
  after jsonb,
  refused boolean not null,
  prev bytea not null,
  hash bytea not null,
  unique (stream, seq)
);
create index log_actor on vault.log (actor_id, id);
create index log_entity on vault.log (entity, entity_id, id);

create table vault.day_total (
  day_id bigint not null,
  operation_kind text not null references vault.operation_kind,
  issuer_id smallint not null references book.issuer,
  pieces integer not null,
  amount bigint not null,
  commission bigint not null,
  primary key (day_id, operation_kind, issuer_id)
) with (fillfactor = 50);
comment on table vault.day_total is
  'turnover of a desk day, kept by the posting function so that an X report sums nothing';

create function vault.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'vault.append_only' using errcode = 'BO040',
    detail = jsonb_build_object('table', tg_table_name, 'change', tg_op)::text;
end $$;

create function vault.refuse_late_posting() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Stands for a foreign key as well: no operation, no posting.
  -- One look by the key a row: the planner would rather walk all operations for those of this transaction.
  if exists (select from added a where pg_current_xact_id() is distinct from (
               select o.txid from vault.operation o where o.id = a.operation_id)) then
    raise exception 'vault.late_posting' using errcode = 'BO043';
  end if;
  return null;
end $$;

do $$
declare t text;
begin
  foreach t in array array['account_kind', 'operation_kind', 'posting_kind', 'operation', 'posting',
                           'request_key', 'log'] loop
    execute format('create trigger append_only before update or delete on vault.%I
                    for each statement execute function vault.refuse_change()', t);
    execute format('alter table vault.%I enable always trigger append_only', t);
  end loop;
  foreach t in array array['account_kind', 'operation_kind', 'posting_kind', 'operation', 'posting',
                           'request_key', 'log', 'account', 'stripe', 'stream', 'day_total'] loop
    execute format('create trigger no_truncate before truncate on vault.%I
                    for each statement execute function vault.refuse_change()', t);
    execute format('alter table vault.%I enable always trigger no_truncate', t);
  end loop;
  foreach t in array array['account', 'stripe', 'stream', 'day_total'] loop
    execute format('create trigger no_delete before delete on vault.%I
                    for each statement execute function vault.refuse_change()', t);
    execute format('alter table vault.%I enable always trigger no_delete', t);
  end loop;
end $$;
create trigger own_transaction after insert on vault.posting
  referencing new table as added for each statement execute function vault.refuse_late_posting();
alter table vault.posting enable always trigger own_transaction;
"""

OWNERS = """
do $$
declare r record;
begin
  for r in select schemaname, tablename from pg_tables where schemaname in ('vault', 'book') loop
    execute format('alter table %I.%I owner to %I', r.schemaname, r.tablename,
                   case r.schemaname when 'vault' then 'bocli_vault' else 'bocli_owner' end);
  end loop;
end $$;
alter function vault.refuse_change() owner to bocli_vault;
alter function vault.refuse_late_posting() owner to bocli_vault;
revoke all on function vault.refuse_change(), vault.refuse_late_posting() from public;
grant select on all tables in schema vault to bocli_api;
grant insert on vault.request_key to bocli_api;
grant references, select on all tables in schema book to bocli_vault;
grant select on all tables in schema vault to bocli_owner;
grant select, insert on book.issuer, book.organization, book.client, book.coin, book.contract, book.contract_version,
  book.contract_term, book.contract_limit, book.client_contract, book.limit_used to bocli_api;
grant update on book.client, book.coin, book.limit_used to bocli_api;
"""


def upgrade() -> None:
    op.execute(BOOK)
    op.execute(VAULT)
    op.execute(OWNERS)


def downgrade() -> None:
    op.execute(
        """
        drop table vault.day_total, vault.log, vault.stream, vault.request_key, vault.posting, vault.operation,
          vault.stripe, vault.account, vault.posting_kind, vault.operation_kind, vault.account_kind;
        drop function vault.refuse_change(), vault.refuse_late_posting();
        drop table book.limit_used, book.client_contract, book.contract_limit, book.contract_term,
          book.contract_version, book.contract, book.coin, book.client, book.organization, book.issuer;
        """
    )
