"""Exchange rates: offices, their rates and the system's, bands, and quotes that expire."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UPGRADE = """
create table book.exchange_office (
  id integer generated always as identity primary key,
  name text not null unique check (length(name) between 2 and 100),
  active boolean not null default true,
  created_at timestamptz not null default clock_timestamp()
);

-- How far a rate may go from the one before without a second person, and when it is old.
create table book.rate_pair (
  base_id smallint not null references book.issuer,
  quote_id smallint not null references book.issuer,
  band_percent numeric(6, 3) not null default 5 check (band_percent between 0 and 100),
  stale_hours integer not null default 26 check (stale_hours between 1 and 8784),
  primary key (base_id, quote_id),
  check (base_id <> quote_id)
);

create table book.system_rate (
  id bigint generated always as identity primary key,
  base_id smallint not null references book.issuer,
  quote_id smallint not null references book.issuer,
  buy numeric(20, 10) not null check (buy > 0),
  sell numeric(20, 10) not null check (sell >= buy),
  source text not null check (source in ('manual', 'ecb')),
  valid_from timestamptz not null,
  request_id bigint references book.change_request,
  check (base_id <> quote_id),
  unique (base_id, quote_id, valid_from)
);
comment on table book.system_rate is
  'for reports only: units of quote for one of base; buy: what the house pays for one, sell: what it asks';

create table book.office_rate (
  id bigint generated always as identity primary key,
  office_id integer not null references book.exchange_office,
  base_id smallint not null references book.issuer,
  quote_id smallint not null references book.issuer,
  buy numeric(20, 10) not null check (buy > 0),
  sell numeric(20, 10) not null check (sell >= buy),
  valid_from timestamptz not null,
  request_id bigint references book.change_request,
  check (base_id <> quote_id),
  unique (office_id, base_id, quote_id, valid_from)
);
comment on table book.office_rate is 'what clients exchange by: units of quote for one of base';

create table book.quote (
  id uuid primary key,
  office_id integer not null references book.exchange_office,
  rate_id bigint not null references book.office_rate,
  from_issuer_id smallint not null references book.issuer,
  to_issuer_id smallint not null references book.issuer,
  amount_from bigint not null check (amount_from > 0),
  amount_to bigint not null check (amount_to > 0),
  made_by_id integer references book.staff,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  taken_at timestamptz
);
comment on column book.quote.taken_at is 'a quote serves once, before it expires';

alter table auth.change_kind add column grave boolean not null default true;
comment on column auth.change_kind.grave is 'whether doing it alone asks for a fresh second factor';

do $$
declare t text;
begin
  foreach t in array array['exchange_office', 'rate_pair', 'system_rate', 'office_rate', 'quote'] loop
    execute format('alter table book.%I owner to bocli_owner', t);
    execute format('grant select, insert on book.%I to bocli_api', t);
  end loop;
  foreach t in array array['system_rate', 'office_rate'] loop
    execute format('create trigger append_only before update or delete or truncate on book.%I
                    for each statement execute function book.refuse_change()', t);
    execute format('alter table book.%I enable always trigger append_only', t);
  end loop;
end $$;
grant update (name, active) on book.exchange_office to bocli_api;
grant update (band_percent, stale_hours) on book.rate_pair to bocli_api;
grant update (taken_at) on book.quote to bocli_api;
"""

DOWNGRADE = """
alter table auth.change_kind drop column grave;
drop table book.quote, book.office_rate, book.system_rate, book.rate_pair, book.exchange_office;
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(UPGRADE)


def downgrade() -> None:
    """Take them away with what is in them."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(DOWNGRADE)
