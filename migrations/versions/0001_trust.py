"""Persons, staff, their secrets and sessions, and the permission table.

Secrets (schema auth) are apart from what people may be shown (schema book): no view and no function of
schema api reads a secret, and bocli_api has no grant on one.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UPGRADE = """
create table book.installation (
    one boolean primary key default true check (one),
    id text not null check (id ~ '^[0-9a-z-]{8,64}$'),
    company text not null check (length(company) between 1 and 200),
    made_at timestamptz not null default clock_timestamp()
);

-- Two accounts of one human are one person: "two persons" is counted here, not in accounts.
create table book.person (
    id integer generated always as identity primary key,
    name text not null check (length(name) between 1 and 200)
);

-- What a role's members owe before and during a session.
create table book.role_policy (
    role text primary key check (role ~ '^[a-z_]{3,40}$'),
    second_factor boolean not null default true,
    idle_minutes smallint not null check (idle_minutes between 1 and 240),
    absolute_minutes smallint not null check (absolute_minutes between 5 and 1440),
    sessions smallint not null check (sessions between 1 and 4)
);

create table book.staff (
    id integer generated always as identity primary key,
    person_id integer not null references book.person,
    login name not null unique check (login ~ '^bo_[0-9a-f]{24}$'),
    email text not null
        check (email ~ '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]+@[a-z0-9.-]+$' and length(email) <= 254),
    name text not null check (length(name) between 1 and 200),
    role text not null references book.role_policy,
    active boolean not null default true,
    language text check (language ~ '^[a-z]{2}$'),  -- null until the person has chosen one
    theme text not null default 'dark' check (theme ~ '^[a-z_]{1,30}$'),
    made_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    constraint staff_email_once unique (email)
);
create index staff_by_role on book.staff (role, id);
create index staff_by_person on book.staff (person_id);

create table auth.secret (
    staff_id integer primary key references book.staff,
    verifier_digest bytea not null,                       -- sha256 of the verifier that bocli itself set
    kdf text not null check (kdf ~ '^[a-z0-9:=,]{3,80}$'),
    must_change_password boolean not null default true,
    one_time_until timestamptz,                           -- a first password that nobody used ends then
    totp bytea,                                           -- null until a code proved it
    totp_pending bytea,
    last_step bigint not null default 0,                  -- a code serves once: later steps only
    fail_base bigint not null default 0,                  -- the counter's value at the last success
    check (one_time_until is null or must_change_password)
);

create table auth.recovery (
    staff_id integer not null references book.staff,
    code_hash bytea not null,
    used_at timestamptz,
    primary key (staff_id, code_hash)
);

create table auth.session (
    id bigint generated always as identity primary key,
    token_hash bytea not null unique,
    staff_id integer not null references book.staff,
    login name not null,
    opened_at timestamptz not null default clock_timestamp(),
    last_seen timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    stepped_up_at timestamptz,
    locked_at timestamptz,
    closed_at timestamptz,
    close_reason text check (close_reason ~ '^[a-z_]{1,40}$'),
    from_addr inet,
    check ((closed_at is null) = (close_reason is null))
);
create index session_open_by_staff on auth.session (staff_id, id) where closed_at is null;
create index session_by_staff on auth.session (staff_id, id);

create table auth.permission (
    permission text not null,
    role text not null,
    primary key (permission, role)
);

create table auth.manages (
    manager text not null,
    managed text not null,
    primary key (manager, managed)
);

-- Who is asking, as every rule gets it.
create type auth.actor as (staff_id integer, person_id integer, login name, role text, session_id bigint);

grant select on book.installation, book.person, book.role_policy, book.staff
    to bocli_auth, bocli_provisioner, bocli_api;
grant insert on book.person, book.staff to bocli_provisioner;
grant update (role, active, changed_at) on book.staff to bocli_provisioner;
grant update (name, language, theme, changed_at) on book.staff to bocli_api;
grant select (login) on book.staff to bocli_watchdog;
grant select on auth.manages to bocli_provisioner, bocli_api;
"""

DOWNGRADE = """
drop table auth.manages, auth.permission, auth.session, auth.recovery, auth.secret cascade;
drop type auth.actor cascade;
drop table book.staff, book.role_policy, book.person, book.installation cascade;
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(UPGRADE)


def downgrade() -> None:
    """Only for a database in which nobody works yet."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(DOWNGRADE)
