"""The administrator's desk: delegations, organizations with their states, products, backing of issuers, saved views."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# No installation has rows of these tables before the first release.
# lint: allow constraint: nothing is released yet
# lint: allow index: nothing is released yet
# lint: allow volatile-default: nothing is released yet
UPGRADE = """
alter table book.staff
  add column phone text check (phone ~ '^\\+[0-9]{6,15}$'),
  add column idle_minutes smallint check (idle_minutes between 1 and 240),
  add column organization_id integer references book.organization;
comment on column book.staff.idle_minutes is 'the person''s own wish; what counts is the smaller of it and the role''s';
create index staff_by_phone on book.staff (phone) where phone is not null;
grant update (idle_minutes) on book.staff to bocli_api;
grant update (phone) on book.staff to bocli_provisioner;

-- A role lent to somebody for a time: what counts is the time, read at every call.
create table book.delegation (
  id integer generated always as identity primary key,
  staff_id integer not null references book.staff,
  role text not null references book.role_policy,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  reason text not null check (length(reason) between 3 and 500),
  made_by_id integer not null references book.staff,
  made_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  ended_by_id integer references book.staff,
  check (ends_at > starts_at and ends_at <= starts_at + interval '92 days')
);
create index delegation_staff on book.delegation (staff_id, ends_at);
grant select on book.delegation to bocli_auth, bocli_provisioner, bocli_api;
grant insert on book.delegation to bocli_provisioner;
grant update (ended_at, ended_by_id) on book.delegation to bocli_provisioner;

-- Roles that one person should not have together: copied from core/permissions.py by the installer.
create table auth.conflict (
  role text not null,
  other text not null,
  primary key (role, other)
);
grant select on auth.conflict to bocli_provisioner, bocli_api;

alter table book.issuer
  add column backing text not null default '' check (length(backing) <= 200),
  add column created_at timestamptz not null default clock_timestamp();
grant update (name, symbol, backing, position, denominations, active) on book.issuer to bocli_api;

alter table book.organization
  add column state text not null default 'active' check (state in ('active', 'suspended', 'closed')),
  add column contract_id integer references book.contract,
  add column registration text not null default '' check (length(registration) <= 60),
  add column address text not null default '' check (length(address) <= 300),
  add column created_at timestamptz not null default clock_timestamp();
comment on column book.organization.registration is 'its number in a public register';
grant update (name, state, contract_id, registration, address) on book.organization to bocli_api;
create index client_organization on book.client (organization_id, id) where organization_id is not null;
alter table book.state_move disable trigger append_only;
insert into book.state_move values
  ('organization', 'active', 'suspended'),
  ('organization', 'suspended', 'active'),
  ('organization', 'active', 'closed'),
  ('organization', 'suspended', 'closed');
alter table book.state_move enable always trigger append_only;

alter table book.client
  add column active boolean not null default true;
create index client_phone on book.client (phone text_pattern_ops) where phone is not null;

create table book.product (
  id integer generated always as identity primary key,
  provider_id integer not null references book.organization,
  code text not null check (code ~ '^[A-Za-z0-9._:/-]{1,64}$'),
  name text not null check (length(name) between 1 and 200),
  issuer_id smallint not null references book.issuer,
  price bigint check (price > 0),
  price_from bigint check (price_from > 0),
  price_to bigint check (price_to >= price_from),
  percent numeric(9, 6) not null default 0 check (percent between 0 and 100),
  fixed bigint not null default 0 check (fixed >= 0),
  active boolean not null default true,
  changed_at timestamptz not null default clock_timestamp(),
  unique (provider_id, code),
  check ((price is null) = (price_from is not null and price_to is not null))
);
comment on table book.product is
  'what a provider sells through us: at a price, or at any amount of a range (minor units); percent and fixed are ours';
create index product_name on book.product (lower(name) text_pattern_ops, id);

create table book.saved_view (
  id integer generated always as identity primary key,
  staff_id integer not null references book.staff,
  list text not null check (list ~ '^[a-z_]{1,40}$'),
  name text not null check (length(name) between 1 and 60),
  filter text not null default '' check (length(filter) <= 500),
  columns text[] not null default '{}' check (cardinality(columns) <= 40),
  sort text not null default '' check (sort ~ '^-?[a-z_]{0,40}$'),
  opens boolean not null default false,
  constraint saved_view_name unique (staff_id, list, name)
);
comment on column book.saved_view.opens is 'the list opens with this view';
create unique index saved_view_one_opens on book.saved_view (staff_id, list) where opens;

do $$
declare t text;
begin
  foreach t in array array['delegation', 'product', 'saved_view'] loop
    execute format('alter table book.%I owner to bocli_owner', t);
    execute format('grant select, insert on book.%I to bocli_api', t);
  end loop;
end $$;
revoke insert on book.delegation from bocli_api;
grant update on book.product to bocli_api;
grant usage on sequence book.coin_id_seq to bocli_api;
grant update, delete on book.saved_view to bocli_api;
"""

DOWNGRADE = """
drop table book.saved_view, book.product, book.delegation, auth.conflict;
alter table book.client drop column active;
drop index book.client_phone, book.client_organization;
alter table book.state_move disable trigger append_only;
delete from book.state_move where entity = 'organization';
alter table book.state_move enable always trigger append_only;
alter table book.organization drop column state, drop column contract_id, drop column registration,
  drop column address, drop column created_at;
alter table book.issuer drop column backing, drop column created_at;
alter table book.staff drop column phone, drop column idle_minutes, drop column organization_id;
"""


def upgrade() -> None:
    """Make and widen the tables."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(UPGRADE)


def downgrade() -> None:
    """Take them away with what is in them."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(DOWNGRADE)
