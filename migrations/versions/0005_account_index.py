"""The accounts that are not clients' own: few, and summed for what circulates; the moves of an organization; an
account's lines in the order of its statement."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# lint: allow index: nothing is released yet
UPGRADE = """
create index account_not_clients on vault.account (issuer_id, kind) where kind not in ('WALLET', 'HOLD', 'BATCH');

-- With the line in it the index is in a statement's whole order: without, the planner may rather walk all postings.
drop index vault.posting_debit, vault.posting_credit;
create index posting_debit on vault.posting (debit_account_id, operation_id, line);
create index posting_credit on vault.posting (credit_account_id, operation_id, line);

create function book.refuse_organization_move() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.state <> old.state and not exists (
       select from book.state_move m
        where m.entity = tg_table_name and m.from_state = old.state and m.to_state = new.state) then
    raise exception 'organization.wrong_state' using errcode = 'BO021',
      detail = jsonb_build_object('from_state', old.state, 'to_state', new.state)::text;
  end if;
  return new;
end $$;
create trigger allowed_moves before update on book.organization
  for each row execute function book.refuse_organization_move();
alter table book.organization enable always trigger allowed_moves;
alter function book.refuse_organization_move() owner to bocli_owner;
revoke all on function book.refuse_organization_move() from public;
"""


def upgrade() -> None:
    """Make the index and the trigger."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(UPGRADE)


def downgrade() -> None:
    """Take them away."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(
        "drop trigger allowed_moves on book.organization; drop function book.refuse_organization_move(); "
        "drop index vault.account_not_clients; drop index vault.posting_debit, vault.posting_credit; "
        "create index posting_debit on vault.posting (debit_account_id, operation_id); "
        "create index posting_credit on vault.posting (credit_account_id, operation_id)"
    )
