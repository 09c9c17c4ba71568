"""Operations by their day, and by issuer and kind: lists and sums of any period walk an index and nothing else."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The day goes with issuer and kind, so that an old period of a rare one is answered by the index alone.
# lint: allow index: nothing is released yet
UPGRADE = """
create index operation_booked on vault.operation (booked_on, id);
create index operation_issuer on vault.operation (issuer_id, kind, id) include (booked_on);
"""


def upgrade() -> None:
    """Make the indexes."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(UPGRADE)


def downgrade() -> None:
    """Take them away."""
    op.execute("set local lock_timeout = '3s'")
    op.execute("drop index vault.operation_booked, vault.operation_issuer")
