"""Devices by themselves: whose else a client's device is, without reading all clients' devices."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# lint: allow index: nothing is released yet
UPGRADE = "create index client_device_device on book.client_device (device, client_id)"


def upgrade() -> None:
    """Make the index."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(UPGRADE)


def downgrade() -> None:
    """Take it away."""
    op.execute("set local lock_timeout = '3s'")
    op.execute("drop index book.client_device_device")
