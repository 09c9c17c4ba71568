"""The audit of the books: `verify` finds what was bent, `write_checkpoint` keeps what it is measured against.

Both take a DBA's own psycopg connection in autocommit: what looks for a bent database must not depend on the
functions of that database. Amounts are minor units.
"""

from core.audit.checkpoint import CheckpointError, checkpoint, read_checkpoint, write_checkpoint
from core.audit.findings import Finding, Verification
from core.audit.text import trial_balance_text, verification_text
from core.audit.trial_balance import TrialLine, totals, trial_balance
from core.audit.verify import verify

__all__ = [
    "CheckpointError",
    "Finding",
    "TrialLine",
    "Verification",
    "checkpoint",
    "read_checkpoint",
    "totals",
    "trial_balance",
    "trial_balance_text",
    "verification_text",
    "verify",
    "write_checkpoint",
]
