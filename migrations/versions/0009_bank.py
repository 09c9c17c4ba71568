"""The bank: the company's own accounts, payment files that went out, statements that came in, line by line."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UPGRADE = """
create table book.bank_account (
  id smallint generated always as identity primary key,
  iban text not null unique check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$'),
  bic text not null check (bic ~ '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$'),
  name text not null check (length(name) between 1 and 70),
  issuer_id smallint not null references book.issuer,
  kind text not null default 'safeguarded' check (kind = 'safeguarded'),
  tolerance bigint not null default 0 check (tolerance >= 0),
  active boolean not null default true
);
comment on table book.bank_account is 'the company''s accounts at banks; name: of their holder, as the bank writes it';
comment on column book.bank_account.tolerance is
  'by how much a line may differ from what was asked and still be offered to the accountant as the same payment';

create table book.payment_file (
  id bigint generated always as identity primary key,
  message_id text not null unique,
  account_id smallint not null references book.bank_account,
  pieces integer not null check (pieces > 0),
  total bigint not null check (total > 0),
  content bytea not null,
  sha256 bytea not null check (sha256 = sha256(content)),
  made_at timestamptz not null,
  made_by_id integer not null references book.staff
);
comment on column book.payment_file.content is 'as it was made: a file written again is the same to the byte';
create table book.payment_file_item (
  request_id bigint primary key references book.redeem_request,
  file_id bigint not null references book.payment_file
);
comment on table book.payment_file_item is 'a request goes to a bank once';
create index payment_file_item_file on book.payment_file_item (file_id, request_id);

create table book.bank_statement (
  id bigint generated always as identity primary key,
  account_id smallint not null references book.bank_account,
  statement text not null check (length(statement) between 1 and 100),
  sequence bigint,
  starts_on date not null,
  ends_on date not null check (ends_on >= starts_on),
  opening bigint not null,
  closing bigint not null,
  gap bigint,
  pieces integer not null,
  sha256 bytea not null check (length(sha256) = 32),
  imported_at timestamptz not null,
  imported_by_id integer not null references book.staff,
  unique (account_id, statement)
);
comment on column book.bank_statement.gap is
  'opening less the closing of the one before it; null: it is the first of its account';
comment on column book.bank_statement.sha256 is 'of the file that it came in';
create index bank_statement_file on book.bank_statement (account_id, sha256);

create table book.statement_line (
  id bigint generated always as identity primary key,
  statement_id bigint not null references book.bank_statement,
  account_id smallint not null references book.bank_account,
  line integer not null,
  booked_on date not null,
  side text not null check (side in ('credit', 'debit')),
  amount bigint not null check (amount > 0),
  end_to_end_id text not null default '' check (length(end_to_end_id) <= 100),
  servicer_ref text check (length(servicer_ref) between 1 and 100),
  remittance text not null default '' check (length(remittance) <= 1000),
  counterparty text not null default '' check (length(counterparty) <= 140),
  counterparty_iban text not null default '' check (length(counterparty_iban) <= 40),
  return_reason text check (length(return_reason) <= 100),
  state text not null check (state in
    ('settled', 'recredited', 'unallocated', 'matched', 'differs', 'unmatched', 'duplicate', 'own', 'ignored')),
  request_id bigint references book.redeem_request,
  difference bigint,
  operation_id bigint,
  last_operation_id bigint,
  application_id bigint references book.application,
  coin_id bigint references book.coin,
  decided_by_id integer references book.staff,
  decided_at timestamptz,
  reason text,
  unique (statement_id, line),
  check ((state = 'differs') <= (difference is not null))
) with (fillfactor = 80);
comment on column book.statement_line.end_to_end_id is 'of a return: that of the payment which comes back';
comment on column book.statement_line.servicer_ref is 'the bank''s own number of it: the same in two statements, once';
comment on column book.statement_line.difference is 'the line less what was asked';
comment on column book.statement_line.operation_id is 'what booked it: received, settled, or returned';
comment on column book.statement_line.last_operation_id is 'what went on with it: matched, or given back to a coin';
create index statement_line_ref on book.statement_line (account_id, servicer_ref) where servicer_ref is not null;
create index statement_line_waiting on book.statement_line (id) where state in ('unallocated', 'differs', 'unmatched');
create index statement_line_waiting_of on book.statement_line (statement_id)
  where state in ('unallocated', 'differs', 'unmatched');
create index statement_line_request on book.statement_line (request_id) where request_id is not null;

alter table book.state_move disable trigger append_only;
insert into book.state_move values
  ('statement_line', 'unallocated', 'matched'), ('statement_line', 'differs', 'settled'),
  ('statement_line', 'differs', 'recredited'), ('statement_line', 'differs', 'unallocated'),
  ('statement_line', 'differs', 'unmatched'), ('statement_line', 'unmatched', 'own'),
  ('statement_line', 'unmatched', 'ignored');
alter table book.state_move enable always trigger append_only;

do $$
declare t text;
begin
  foreach t in array array['bank_account', 'payment_file', 'payment_file_item', 'bank_statement', 'statement_line'] loop
    execute format('alter table book.%I owner to bocli_owner', t);
    execute format('grant select, insert on book.%I to bocli_api', t);
    execute format('create trigger no_delete before delete or truncate on book.%I
                    for each statement execute function book.refuse_change()', t);
    execute format('alter table book.%I enable always trigger no_delete', t);
  end loop;
  foreach t in array array['payment_file', 'payment_file_item', 'bank_statement'] loop
    execute format('create trigger append_only before update on book.%I
                    for each statement execute function book.refuse_change()', t);
    execute format('alter table book.%I enable always trigger append_only', t);
  end loop;
end $$;
create trigger allowed_moves before update on book.statement_line
  for each row execute function book.refuse_other_move('statement_line');
alter table book.statement_line enable always trigger allowed_moves;
grant update (state, request_id, operation_id, last_operation_id, application_id, coin_id, decided_by_id, decided_at,
  reason) on book.statement_line to bocli_api;
-- Only to lock it: who imports a statement keeps others of the same account waiting.
grant update (active) on book.bank_account to bocli_api;
"""

DOWNGRADE = """
drop table book.statement_line, book.bank_statement, book.payment_file_item, book.payment_file, book.bank_account;
alter table book.state_move disable trigger append_only;
delete from book.state_move where entity = 'statement_line';
alter table book.state_move enable always trigger append_only;
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(UPGRADE)


def downgrade() -> None:
    """Take them away with what is in them."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(DOWNGRADE)
