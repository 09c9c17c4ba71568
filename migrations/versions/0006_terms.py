"""Terms that change by two: change requests with their history, start dates kept with who asked for them, cashback."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# lint: allow constraint: nothing is released yet
# lint: allow index: nothing is released yet
# lint: allow volatile-default: nothing is released yet
UPGRADE = """
-- What a contract can set a price for, in the order in which it is shown.
create table book.priced_kind (
  kind text primary key,
  position smallint not null unique
);
insert into book.priced_kind values
  ('cash_top_up', 1), ('cash_withdrawal', 2), ('bank_top_up', 3), ('bank_redeem', 4),
  ('transfer', 5), ('payment', 6), ('exchange', 7), ('mass_payment', 8);

-- How each kind of change is made and decided: copied from core/approvals/kinds.py by the installer.
create table auth.change_kind (
  kind text primary key,
  make text not null,
  decide text not null,
  alone text
);
comment on column auth.change_kind.alone is 'the permission to do it without a second person; null: nobody may';

create table book.change_request (
  id bigint generated always as identity primary key,
  kind text not null,
  title text not null check (length(title) between 1 and 200),
  state text not null default 'draft'
    check (state in ('draft', 'submitted', 'approved', 'rejected', 'withdrawn', 'conflicted')),
  revision integer not null default 1,
  payload jsonb not null,
  base jsonb not null,
  maker_id integer not null references book.staff,
  maker_person_id integer not null references book.person,
  made_at timestamptz not null,
  changed_at timestamptz not null,
  submitted_at timestamptz,
  decided_by_id integer references book.staff,
  decided_person_id integer references book.person,
  decided_at timestamptz,
  reason text,
  takes_effect_at timestamptz,
  outcome jsonb,
  alone boolean not null default false,
  constraint change_two_persons check (alone or decided_person_id <> maker_person_id),
  constraint change_decided check ((state in ('approved', 'rejected')) = (decided_at is not null))
);
comment on column book.change_request.base is 'what was there when the maker last saved; another now is a conflict';
comment on column book.change_request.takes_effect_at is
  'of an approved one: until then it is scheduled, from then on applied; reads go by the date';
create index change_request_waiting on book.change_request (id) where state = 'submitted';
create index change_request_maker on book.change_request (maker_id, id);

create table book.change_event (
  id bigint generated always as identity primary key,
  request_id bigint not null references book.change_request,
  at timestamptz not null,
  staff_id integer not null references book.staff,
  what text not null
    check (what in ('made', 'changed', 'submitted', 'withdrawn', 'commented', 'approved', 'rejected', 'conflicted')),
  note text not null default '' check (length(note) <= 500)
);
create index change_event_request on book.change_event (request_id, id);

alter table book.state_move disable trigger append_only;
insert into book.state_move values
  ('change_request', 'draft', 'submitted'),
  ('change_request', 'draft', 'withdrawn'),
  ('change_request', 'draft', 'approved'),
  ('change_request', 'submitted', 'approved'),
  ('change_request', 'submitted', 'rejected'),
  ('change_request', 'submitted', 'withdrawn'),
  ('change_request', 'submitted', 'conflicted');
alter table book.state_move enable always trigger append_only;

-- A request that was handed in is what it was: only its state goes on, as state_move allows.
create function book.refuse_request_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.state <> old.state and not exists (
       select from book.state_move m
        where m.entity = tg_table_name and m.from_state = old.state and m.to_state = new.state)
     or old.state = 'draft' and new.state = 'approved' and not new.alone then
    raise exception 'change.wrong_state' using errcode = 'BO021',
      detail = jsonb_build_object('request_state', old.state)::text;
  end if;
  if (new.id, new.kind, new.maker_id, new.maker_person_id, new.made_at, new.alone)
     is distinct from (old.id, old.kind, old.maker_id, old.maker_person_id, old.made_at, old.alone)
     or old.state <> 'draft'
        and (new.revision, new.payload, new.base, new.title, new.submitted_at)
            is distinct from (old.revision, old.payload, old.base, old.title, old.submitted_at)
     or old.state not in ('draft', 'submitted') then
    raise exception 'vault.append_only' using errcode = 'BO040',
      detail = jsonb_build_object('table', tg_table_name, 'change', tg_op)::text;
  end if;
  return new;
end $$;
create trigger allowed_moves before update on book.change_request
  for each row execute function book.refuse_request_change();
alter table book.change_request enable always trigger allowed_moves;
create trigger append_only before update or delete or truncate on book.change_event
  for each statement execute function book.refuse_change();
alter table book.change_event enable always trigger append_only;
create trigger no_delete before delete or truncate on book.change_request
  for each statement execute function book.refuse_change();
alter table book.change_request enable always trigger no_delete;

alter table book.contract
  add column created_at timestamptz not null default clock_timestamp();
alter table book.contract_version add column request_id bigint references book.change_request;
alter table book.contract_term add column monotone boolean not null default false;
comment on column book.contract_term.monotone is 'declared: a larger amount never costs less';
alter table book.client_contract add column request_id bigint references book.change_request;
create index client_contract_contract on book.client_contract (contract_id, client_id);
grant update (name, client_kind) on book.contract to bocli_api;

do $$
declare t text;
begin
  foreach t in array array['contract_version', 'contract_term', 'contract_limit', 'client_contract'] loop
    execute format('create trigger append_only before update or delete or truncate on book.%I
                    for each statement execute function book.refuse_change()', t);
    execute format('alter table book.%I enable always trigger append_only', t);
  end loop;
end $$;

create table book.cashback_profile (
  id integer generated always as identity primary key,
  organization_id integer not null references book.organization,
  name text not null unique check (length(name) between 1 and 100),
  created_at timestamptz not null default clock_timestamp()
);
create table book.cashback_version (
  id integer generated always as identity primary key,
  profile_id integer not null references book.cashback_profile,
  valid_from timestamptz not null,
  issuer_id smallint not null references book.issuer,
  percent numeric(9, 6) not null check (percent between 0 and 100),
  cap bigint check (cap > 0),
  hold_days smallint not null check (hold_days between 0 and 365),
  budget bigint check (budget > 0),
  clawback boolean not null,
  paid_by text not null check (paid_by in ('merchant', 'company')),
  request_id bigint references book.change_request,
  unique (profile_id, valid_from, issuer_id)
);
comment on table book.cashback_version is
  'cap: most for one payment; budget: most for all payments of the version; minor units. percent 0 ends it.';

create index operation_at on vault.operation using brin (at) with (pages_per_range = 32);

do $$
declare t text;
begin
  foreach t in array array['priced_kind', 'change_request', 'change_event', 'cashback_profile', 'cashback_version'] loop
    execute format('alter table book.%I owner to bocli_owner', t);
    execute format('grant select, insert on book.%I to bocli_api', t);
  end loop;
end $$;
create trigger append_only before update or delete or truncate on book.cashback_version
  for each statement execute function book.refuse_change();
alter table book.cashback_version enable always trigger append_only;
alter function book.refuse_request_change() owner to bocli_owner;
revoke all on function book.refuse_request_change() from public;
revoke insert on book.priced_kind from bocli_api;
grant update (name) on book.cashback_profile to bocli_api;
grant update (title, state, revision, payload, base, changed_at, submitted_at, decided_by_id, decided_person_id,
  decided_at, reason, takes_effect_at, outcome) on book.change_request to bocli_api;
alter table auth.change_kind owner to bocli_auth;
-- Whoever decides locks the kind's row, so that two decisions of a kind come one after the other.
grant select, update on auth.change_kind to bocli_api;
"""

DOWNGRADE = """
drop index vault.operation_at;
drop table book.cashback_version, book.cashback_profile;
drop trigger append_only on book.contract_version;
drop trigger append_only on book.contract_term;
drop trigger append_only on book.contract_limit;
drop trigger append_only on book.client_contract;
drop index book.client_contract_contract;
alter table book.client_contract drop column request_id;
alter table book.contract_term drop column monotone;
alter table book.contract_version drop column request_id;
alter table book.contract drop column created_at;
drop table book.change_event, book.change_request, auth.change_kind, book.priced_kind;
drop function book.refuse_request_change();
alter table book.state_move disable trigger append_only;
delete from book.state_move where entity = 'change_request';
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
