"""Bank accounts: holder, BIC and tolerance may change; IBAN and currency never do."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the rules write them."""
    op.execute("set local lock_timeout = '3s'")
    op.execute("grant update (bic, name, tolerance) on book.bank_account to bocli_api")


def downgrade() -> None:
    """Take it back."""
    op.execute("set local lock_timeout = '3s'")
    op.execute("revoke update (bic, name, tolerance) on book.bank_account from bocli_api")
