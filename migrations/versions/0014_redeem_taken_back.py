"""A redeem by bank that was approved and is in no file yet can be cancelled: its kind of operation and its move."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

UPGRADE = """
alter table vault.operation_kind disable trigger append_only;
insert into vault.operation_kind (kind, id) values ('redeem_taken_back', 31);
alter table vault.operation_kind enable always trigger append_only;
alter table vault.posting_kind disable trigger append_only;
insert into vault.posting_kind values
  ('redeem_taken_back', 'PAYOUT', 'WALLET'),
  ('redeem_taken_back', 'COMMISSION', 'WALLET');
alter table vault.posting_kind enable always trigger append_only;
alter table book.state_move disable trigger append_only;
insert into book.state_move values ('redeem_bank', 'approved', 'cancelled');
alter table book.state_move enable always trigger append_only;
"""

DOWNGRADE = """
alter table book.state_move disable trigger append_only;
delete from book.state_move where (entity, from_state, to_state) = ('redeem_bank', 'approved', 'cancelled');
alter table book.state_move enable always trigger append_only;
alter table vault.posting_kind disable trigger append_only;
delete from vault.posting_kind where operation_kind = 'redeem_taken_back';
alter table vault.posting_kind enable always trigger append_only;
alter table vault.operation_kind disable trigger append_only;
delete from vault.operation_kind where kind = 'redeem_taken_back';
alter table vault.operation_kind enable always trigger append_only;
"""


def upgrade() -> None:
    """Allow it."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(UPGRADE)


def downgrade() -> None:
    """Refuse it again; impossible where it has happened."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(DOWNGRADE)
