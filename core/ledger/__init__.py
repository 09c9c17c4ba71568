"""The ledger: accounts, postings, idempotency keys and the log with its chains."""
