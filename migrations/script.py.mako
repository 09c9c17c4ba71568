"""${message}

Tables are made by the superuser who installs; owners are set by schema afterwards. Grants to the
definer roles (bocli_api, bocli_auth, bocli_provisioner) belong here; nothing is granted to staff.
"""

from __future__ import annotations

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this adds."""
    # Waiting for a lock behind a long report stops everybody behind us: give up instead.
    op.execute("set local lock_timeout = '3s'")
    ${upgrades if upgrades else "raise NotImplementedError"}


def downgrade() -> None:
    """The way back, for a database that has nothing written by this step yet."""
    op.execute("set local lock_timeout = '3s'")
    ${downgrades if downgrades else "raise NotImplementedError"}
