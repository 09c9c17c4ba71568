"""Client operations: their kinds and lines, holds, applications, uplifts, blocks, redeem requests, cashback promised,
documents, tickets; a roll-up of all that was posted."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# lint: allow constraint: nothing is released yet
# lint: allow index: nothing is released yet
# lint: allow volatile-default: nothing is released yet
VAULT = """
alter table vault.operation
  add column counter_client_id bigint,
  add column counter_coin_id bigint,
  add column of_id bigint,
  add column batch_id bigint;
comment on column vault.operation.counter_client_id is 'the other side: who is paid; of a refund, who gives back';
comment on column vault.operation.of_id is
  'the operation that this one goes on with: what a refund refunds, a capture captures, an item belongs to';
comment on column vault.operation.batch_id is 'of one that was written with others: the log has one line for them all';
comment on column vault.operation.issuer_id is 'of an exchange: of what the client gave; its second half is another';
drop index vault.operation_day;
create index operation_day on vault.operation (day_id, id) where day_id is not null;
create index operation_counter on vault.operation (counter_client_id, id) where counter_client_id is not null;
create index operation_of on vault.operation (of_id) where of_id is not null;
create index operation_of_kind on vault.operation (kind, id);
create index operation_by_amount on vault.operation (amount, id);
create sequence vault.batch_id_seq;

create table vault.operation_total (
  booked_on date not null,
  operation_kind text not null,
  issuer_id smallint not null references book.issuer,
  stripe smallint not null check (stripe between 0 and 15),
  pieces bigint not null,
  amount numeric(30) not null,
  commission numeric(30) not null,
  primary key (booked_on, operation_kind, issuer_id, stripe)
) with (fillfactor = 50);
comment on table vault.operation_total is
  'what was posted a day, by kind and issuer, in sixteen stripes by backend: the sums of any period without a scan';

alter table vault.operation_kind disable trigger append_only;
insert into vault.operation_kind (kind, id) values
  ('bank_top_up', 11), ('bank_redeem', 12), ('transfer', 13), ('payment', 14), ('refund', 15), ('exchange', 16),
  ('mass_payment', 17), ('mass_payment_item', 18), ('mass_payment_return', 19), ('bonus_issue', 20), ('hold', 21),
  ('capture', 22), ('release', 23), ('redeem_hold', 24), ('redeem_settled', 25), ('redeem_returned', 26),
  ('redeem_recredited', 27), ('cashback_payout', 28), ('application_hold', 29), ('bank_receipt', 30);
alter table vault.operation_kind enable always trigger append_only;
alter table vault.posting_kind disable trigger append_only;
insert into vault.posting_kind values
  ('bank_receipt', 'BANK_SAFEGUARDED', 'UNALLOCATED'),
  ('bank_top_up', 'UNALLOCATED', 'WALLET'),
  ('bank_top_up', 'WALLET', 'COMMISSION'),
  ('transfer', 'WALLET', 'WALLET'),
  ('transfer', 'WALLET', 'COMMISSION'),
  ('payment', 'WALLET', 'WALLET'),
  ('payment', 'WALLET', 'COMMISSION'),
  ('payment', 'WALLET', 'CASHBACK_DUE'),
  ('payment', 'CASHBACK', 'CASHBACK_DUE'),
  ('refund', 'WALLET', 'WALLET'),
  ('refund', 'COMMISSION', 'WALLET'),
  ('refund', 'CASHBACK_DUE', 'WALLET'),
  ('refund', 'CASHBACK_DUE', 'CASHBACK'),
  ('refund', 'WALLET', 'CASHBACK'),
  ('exchange', 'WALLET', 'WALLET'),
  ('exchange', 'WALLET', 'COMMISSION'),
  ('mass_payment', 'WALLET', 'BATCH'),
  ('mass_payment_item', 'BATCH', 'WALLET'),
  ('mass_payment_item', 'BATCH', 'COMMISSION'),
  ('mass_payment_item', 'WALLET', 'COMMISSION'),
  ('mass_payment_return', 'BATCH', 'WALLET'),
  ('bonus_issue', 'UNBACKED', 'WALLET'),
  ('hold', 'WALLET', 'HOLD'),
  ('capture', 'HOLD', 'WALLET'),
  ('capture', 'HOLD', 'COMMISSION'),
  ('capture', 'WALLET', 'COMMISSION'),
  ('capture', 'WALLET', 'CASHBACK_DUE'),
  ('capture', 'CASHBACK', 'CASHBACK_DUE'),
  ('release', 'HOLD', 'WALLET'),
  ('redeem_hold', 'WALLET', 'HOLD'),
  ('bank_redeem', 'HOLD', 'PAYOUT'),
  ('bank_redeem', 'HOLD', 'COMMISSION'),
  ('redeem_settled', 'PAYOUT', 'BANK_SAFEGUARDED'),
  ('redeem_returned', 'BANK_SAFEGUARDED', 'PAYOUT'),
  ('redeem_recredited', 'PAYOUT', 'WALLET'),
  ('cashback_payout', 'CASHBACK_DUE', 'WALLET'),
  ('application_hold', 'WALLET', 'HOLD');
insert into vault.posting_kind
  select distinct 'reversal', credit_kind, debit_kind
    from vault.posting_kind
   where operation_kind in ('transfer', 'payment', 'exchange', 'bonus_issue')
  on conflict do nothing;
alter table vault.posting_kind enable always trigger append_only;

do $$
declare t text;
begin
  foreach t in array array['no_truncate', 'no_delete'] loop
    execute format('create trigger %I before %s on vault.operation_total
                    for each statement execute function vault.refuse_change()', t, substr(t, 4));
    execute format('alter table vault.operation_total enable always trigger %I', t);
  end loop;
end $$;
alter table vault.operation_total owner to bocli_vault;
alter sequence vault.batch_id_seq owner to bocli_vault;
grant select on vault.operation_total to bocli_api, bocli_owner;
"""

BOOK = """
-- Front ends hand in by several connections side by side.
alter table book.role_policy drop constraint role_policy_sessions_check,
  add constraint role_policy_sessions_check check (sessions between 1 and 16);
alter table book.client add column blocked_until timestamptz;
comment on column book.client.blocked_until is 'of a blocked one: until when; null: until it is lifted';
alter table book.coin add column in_blocked_until timestamptz, add column out_blocked_until timestamptz;
comment on column book.coin.in_blocked_until is 'null or past: not blocked; infinity: until it is lifted';
alter table book.exchange_office add column client_id bigint unique references book.client;
comment on column book.exchange_office.client_id is 'whose coins it exchanges from and into, one an issuer';
grant update (client_id) on book.exchange_office to bocli_api;
alter table book.contract_term add column refund text not null default 'give_back'
  check (refund in ('give_back', 'keep'));
comment on column book.contract_term.refund is 'what becomes of the commission when the operation is refunded';

create table book.hold (
  id bigint generated always as identity primary key,
  operation_id bigint not null unique,
  purpose text not null check (purpose in ('payment', 'redeem', 'application')),
  kind text not null,
  client_id bigint not null references book.client,
  coin_id bigint not null references book.coin,
  counter_coin_id bigint references book.coin,
  issuer_id smallint not null references book.issuer,
  amount bigint not null check (amount > 0),
  commission bigint not null check (commission >= 0),
  on_top bigint not null check (on_top between 0 and commission),
  version_id integer,
  counted_on date,
  state text not null default 'active' check (state in ('active', 'used', 'released')),
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_operation_id bigint,
  check ((state = 'active') = (ended_at is null))
);
comment on table book.hold is
  'what is set aside: amount and on_top lie in the coin''s HOLD account while the state is active; kind is the'
  ' priced kind';
comment on column book.hold.counted_on is
  'the client''s date at which it counts in the limits; null: it does not count';
create index hold_coin on book.hold (coin_id, id);
create index hold_expires on book.hold (expires_at) where state = 'active';

create table book.limit_uplift (
  id bigint generated always as identity primary key,
  client_id bigint not null references book.client,
  operation_kind text not null,
  issuer_id smallint not null references book.issuer,
  once boolean not null,
  amount bigint check (amount > 0),
  pieces integer check (pieces > 0),
  starts_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > starts_at),
  made_by_id integer not null references book.staff,
  reason text not null check (length(reason) between 3 and 500),
  application_id bigint,
  used_operation_id bigint,
  check (amount is not null or pieces is not null)
);
comment on table book.limit_uplift is
  'once: one operation up to amount passes all limits; else amount and pieces are added to each limit of a period';
create index limit_uplift_client on book.limit_uplift (client_id, operation_kind, issuer_id, expires_at);

create table book.application (
  id bigint generated always as identity primary key,
  state text not null default 'limited' check (state in
    ('limited', 'taken', 'approved', 'processed', 'failed', 'rejected', 'expired', 'withdrawn')),
  kind text not null,
  client_id bigint not null references book.client,
  coin_id bigint not null references book.coin,
  counter_coin_id bigint references book.coin,
  issuer_id smallint not null references book.issuer,
  amount bigint not null check (amount > 0),
  commission bigint not null check (commission >= 0),
  version_id integer not null references book.contract_version,
  period text not null,
  measure text not null check (measure in ('amount', 'pieces')),
  limit_value bigint not null,
  used_value bigint not null,
  excess bigint not null check (excess > 0),
  hold_id bigint references book.hold,
  day_id bigint references book.desk_day,
  request_key uuid not null unique,
  payload jsonb not null,
  asked_by_id integer not null references book.staff,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  taken_by_id integer references book.staff,
  taken_at timestamptz,
  snoozed_until timestamptz,
  escalated_at timestamptz,
  escalated_by_id integer references book.staff,
  note text not null default '' check (length(note) <= 500),
  decided_by_id integer references book.staff,
  decided_at timestamptz,
  reason text,
  failure jsonb,
  operation_id bigint,
  uplift_id bigint references book.limit_uplift
) with (fillfactor = 70);
comment on column book.application.used_value is
  'in the period, when it was asked; left is limit_value - used_value, not below 0';
comment on column book.application.payload is 'the line as it was asked, run again when it is approved';
comment on column book.application.day_id is 'of a cash operation at a desk: there is no hold, and no cash was taken';
create index application_waiting on book.application (id) where state in ('limited', 'taken', 'approved');
create index application_expires on book.application (expires_at) where state in ('limited', 'taken', 'approved');
create index application_client on book.application (client_id, id);
create index application_amount on book.application (amount, id);
alter table book.limit_uplift add foreign key (application_id) references book.application;

create table book.block (
  id bigint generated always as identity primary key,
  state text not null default 'blocked' check (state in ('blocked', 'unblock_requested', 'lifted', 'expired')),
  client_id bigint references book.client,
  coin_id bigint references book.coin,
  operation_id bigint,
  direction text check (direction in ('in', 'out', 'both')),
  kind text not null check (kind in ('suspicion', 'court_order', 'client_request', 'lost_access', 'compliance',
    'other')),
  reason text not null check (length(reason) between 3 and 500),
  made_by_id integer not null references book.staff,
  made_at timestamptz not null,
  expires_at timestamptz,
  request_id bigint references book.change_request,
  ended_at timestamptz,
  ended_by_id integer references book.staff,
  check (num_nonnulls(client_id, coin_id, operation_id) = 1),
  check ((coin_id is null) = (direction is null)),
  check ((state in ('blocked', 'unblock_requested')) = (ended_at is null))
);
create index block_client on book.block (client_id, id) where client_id is not null;
create index block_coin on book.block (coin_id, id) where coin_id is not null;
create index block_operation on book.block (operation_id, id) where operation_id is not null;
create index block_expires on book.block (expires_at) where state in ('blocked', 'unblock_requested');

create table book.redeem_request (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('cash', 'bank')),
  state text not null default 'pending'
    check (state in ('pending', 'approved', 'paid', 'submitted', 'settled', 'returned',
    'recredited', 'cancelled', 'declined', 'expired')),
  client_id bigint not null references book.client,
  coin_id bigint not null references book.coin,
  issuer_id smallint not null references book.issuer,
  amount bigint not null check (amount > 0),
  commission bigint not null check (commission >= 0),
  on_top bigint not null,
  version_id integer not null references book.contract_version,
  hold_id bigint not null unique references book.hold,
  payee text not null default '' check (length(payee) <= 140),
  iban text check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$'),
  note text not null default '' check (length(note) <= 140),
  asked_by_id integer not null references book.staff,
  asked_at timestamptz not null,
  expires_at timestamptz,
  decided_by_id integer references book.staff,
  decided_at timestamptz,
  reason text,
  day_id bigint references book.desk_day,
  -- The operations of its way: approved or paid, settled, returned, credited again.
  operation_id bigint,
  settled_operation_id bigint,
  returned_operation_id bigint,
  recredited_operation_id bigint,
  check ((kind = 'bank') = (iban is not null))
) with (fillfactor = 70);
create index redeem_request_waiting on book.redeem_request (id)
  where state in ('pending', 'approved', 'submitted', 'returned');
create index redeem_request_client on book.redeem_request (client_id, id);
create index redeem_request_expires on book.redeem_request (expires_at) where state in ('pending', 'approved');

create table book.cashback_used (
  version_id integer primary key references book.cashback_version,
  amount bigint not null check (amount >= 0)
);
create table book.cashback_due (
  operation_id bigint primary key,
  client_id bigint not null references book.client,
  coin_id bigint not null references book.coin,
  merchant_coin_id bigint not null references book.coin,
  issuer_id smallint not null references book.issuer,
  version_id integer not null references book.cashback_version,
  amount bigint not null check (amount > 0),
  taken_back bigint not null default 0 check (taken_back between 0 and amount),
  due_on date not null,
  paid_operation_id bigint,
  paid_at timestamptz
);
create index cashback_due_waiting on book.cashback_due (due_on, operation_id) where paid_at is null;

create table book.refund_total (
  operation_id bigint primary key,
  amount bigint not null,
  commission bigint not null,
  cashback bigint not null,
  pieces integer not null
);
comment on table book.refund_total is 'what was given back of an operation so far: never more than it was';

create table book.client_device (
  client_id bigint not null references book.client,
  device text not null check (length(device) between 1 and 100),
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  pieces integer not null,
  primary key (client_id, device)
) with (fillfactor = 80);

create table book.document (
  id bigint generated always as identity primary key,
  client_id bigint not null references book.client,
  kind text not null check (kind in ('passport', 'identity_card', 'driving_licence', 'residence_permit',
    'proof_of_address', 'company_register', 'other')),
  number text check (length(number) <= 60),
  valid_until date,
  file_name text not null check (length(file_name) between 1 and 200),
  media_type text not null check (media_type in ('image/jpeg', 'image/png', 'application/pdf')),
  content bytea not null check (octet_length(content) between 1 and 5242880),
  received_at timestamptz not null
);
create index document_client on book.document (client_id, id);

create table book.ticket (
  id bigint generated always as identity primary key,
  client_id bigint not null references book.client,
  subject text not null check (length(subject) between 1 and 200),
  state text not null default 'new'
    check (state in ('new', 'open', 'waiting_client', 'waiting_internal', 'resolved', 'closed')),
  operation_id bigint,
  received_at timestamptz not null
);
create index ticket_client on book.ticket (client_id, id);
create index ticket_waiting on book.ticket (id) where state not in ('resolved', 'closed');
create table book.ticket_message (
  id bigint generated always as identity primary key,
  ticket_id bigint not null references book.ticket,
  at timestamptz not null,
  staff_id integer references book.staff,
  text text not null check (length(text) between 1 and 10000)
);
comment on column book.ticket_message.staff_id is 'who answered; null: the client wrote';
create index ticket_message_ticket on book.ticket_message (ticket_id, id);

-- What a batch will do, one row an operation and one a posting; n is the line that asked, sub its operation's place.
create type book.planned as (
  n integer, sub integer, kind text, issuer_id smallint, amount bigint, commission bigint, fee bigint, on_top bigint,
  version_id integer, client_id bigint, coin_id bigint, counter_client_id bigint, counter_coin_id bigint, of_id bigint,
  of_own boolean, reverses_id bigint, details jsonb, limit_kind text, limit_version integer, local_on date,
  cashback_id integer, cashback bigint, hold_account bigint, broken jsonb, refusal jsonb, operation_id bigint);
comment on column book.planned.of_own is 'goes on with the first operation of its own line';
comment on column book.planned.fee is 'the whole commission; commission is what of it is taken now';
comment on column book.planned.local_on is
  'the client''s date at which the operation counts in the limits; of a way back, the date at which it was counted';
comment on column book.planned.broken is 'the limit that it breaks: then it waits as an application';
create type book.move as (n integer, sub integer, seq integer, debit bigint, credit bigint, amount bigint);
alter type book.planned owner to bocli_owner;
alter type book.move owner to bocli_owner;

alter table book.state_move disable trigger append_only;
insert into book.state_move values
  ('application', 'limited', 'taken'), ('application', 'taken', 'limited'), ('application', 'taken', 'approved'),
  ('application', 'approved', 'processed'), ('application', 'approved', 'failed'), ('application', 'taken', 'rejected'),
  ('application', 'limited', 'expired'), ('application', 'taken', 'expired'), ('application', 'approved', 'expired'),
  ('application', 'limited', 'withdrawn'), ('application', 'taken', 'withdrawn'), ('application', 'approved',
    'withdrawn'),
  ('block', 'blocked', 'unblock_requested'), ('block', 'unblock_requested', 'blocked'),
  ('block', 'unblock_requested', 'lifted'), ('block', 'blocked', 'expired'), ('block', 'unblock_requested', 'expired'),
  ('hold', 'active', 'used'), ('hold', 'active', 'released'),
  ('redeem_cash', 'pending', 'approved'), ('redeem_cash', 'approved', 'paid'), ('redeem_cash', 'pending', 'cancelled'),
  ('redeem_cash', 'approved', 'cancelled'), ('redeem_cash', 'pending', 'declined'), ('redeem_cash', 'pending',
    'expired'),
  ('redeem_cash', 'approved', 'expired'),
  ('redeem_bank', 'pending', 'approved'), ('redeem_bank', 'approved', 'submitted'), ('redeem_bank', 'submitted',
    'settled'),
  ('redeem_bank', 'settled', 'returned'), ('redeem_bank', 'returned', 'recredited'), ('redeem_bank', 'pending',
    'cancelled'),
  ('redeem_bank', 'pending', 'declined');
alter table book.state_move enable always trigger append_only;

-- The argument is the beginning of the refusal's key; that of a redeem request goes by its kind.
create function book.refuse_other_move() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  moving text := tg_table_name;
begin
  if tg_table_name = 'redeem_request' then
    moving := 'redeem_' || new.kind;
  end if;
  if new.state <> old.state and not exists (
       select from book.state_move m
        where m.entity = moving and m.from_state = old.state and m.to_state = new.state) then
    raise exception using message = tg_argv[0] || '.wrong_state', errcode = 'BO021',
      detail = jsonb_build_object('from_state', old.state, 'to_state', new.state)::text;
  end if;
  return new;
end $$;
alter function book.refuse_other_move() owner to bocli_owner;
revoke all on function book.refuse_other_move() from public;

do $$
declare t text;
begin
  foreach t in array array['hold', 'limit_uplift', 'application', 'block', 'redeem_request', 'cashback_used',
    'cashback_due', 'refund_total', 'client_device', 'document', 'ticket', 'ticket_message'] loop
    execute format('alter table book.%I owner to bocli_owner', t);
    execute format('grant select, insert on book.%I to bocli_api', t);
    execute format('create trigger no_delete before delete or truncate on book.%I
                    for each statement execute function book.refuse_change()', t);
    execute format('alter table book.%I enable always trigger no_delete', t);
  end loop;
  foreach t in array array['hold', 'application', 'block', 'redeem_request'] loop
    execute format('create trigger allowed_moves before update on book.%I
                    for each row execute function book.refuse_other_move(%L)', t, split_part(t, '_', 1));
    execute format('alter table book.%I enable always trigger allowed_moves', t);
  end loop;
  foreach t in array array['document', 'ticket_message'] loop
    execute format('create trigger append_only before update on book.%I
                    for each statement execute function book.refuse_change()', t);
    execute format('alter table book.%I enable always trigger append_only', t);
  end loop;
end $$;
grant update (state, ended_at, ended_operation_id) on book.hold to bocli_api;
grant update (expires_at, used_operation_id) on book.limit_uplift to bocli_api;
grant update (state, taken_by_id, taken_at, snoozed_until, escalated_at, escalated_by_id, note, decided_by_id,
  decided_at,
  reason, failure, operation_id, uplift_id, expires_at) on book.application to bocli_api;
grant update (state, request_id, ended_at, ended_by_id, expires_at) on book.block to bocli_api;
grant update (state, decided_by_id, decided_at, reason, day_id, operation_id, settled_operation_id,
  returned_operation_id,
  recredited_operation_id, expires_at) on book.redeem_request to bocli_api;
grant update on book.cashback_used, book.refund_total, book.client_device to bocli_api;
grant update (taken_back, paid_operation_id, paid_at) on book.cashback_due to bocli_api;
grant update (state) on book.ticket to bocli_api;
"""

DOWNGRADE = """
update book.role_policy set sessions = 4 where sessions > 4;
alter table book.role_policy drop constraint role_policy_sessions_check,
  add constraint role_policy_sessions_check check (sessions between 1 and 4);
drop table book.ticket_message, book.ticket, book.document, book.client_device, book.refund_total, book.cashback_due,
  book.cashback_used, book.redeem_request, book.block;
alter table book.limit_uplift drop constraint limit_uplift_application_id_fkey;
drop table book.application, book.limit_uplift, book.hold;
drop function book.refuse_other_move();
drop type book.planned, book.move;
alter table book.state_move disable trigger append_only;
delete from book.state_move where entity in ('application', 'block', 'hold', 'redeem_cash', 'redeem_bank');
alter table book.state_move enable always trigger append_only;
alter table book.contract_term drop column refund;
alter table book.exchange_office drop column client_id;
alter table book.coin drop column in_blocked_until, drop column out_blocked_until;
alter table book.client drop column blocked_until;
alter table vault.posting_kind disable trigger append_only;
delete from vault.posting_kind k where operation_kind in (select o.kind from vault.operation_kind o where o.id >= 11)
  or operation_kind = 'reversal' and not exists (
    select from vault.posting_kind p where p.operation_kind in ('cash_top_up', 'cash_withdrawal')
       and p.debit_kind = k.credit_kind and p.credit_kind = k.debit_kind);
alter table vault.posting_kind enable always trigger append_only;
alter table vault.operation_kind disable trigger append_only;
delete from vault.operation_kind where id >= 11;
alter table vault.operation_kind enable always trigger append_only;
drop table vault.operation_total;
drop sequence vault.batch_id_seq;
drop index vault.operation_day, vault.operation_counter, vault.operation_of, vault.operation_of_kind,
  vault.operation_by_amount;
create index operation_day on vault.operation (day_id, id);
alter table vault.operation drop column counter_client_id, drop column counter_coin_id, drop column of_id,
  drop column batch_id;
"""


def upgrade() -> None:
    """Make the tables and widen the ledger's."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(VAULT)
    op.execute(BOOK)


def downgrade() -> None:
    """Take them away with what is in them."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(DOWNGRADE)
