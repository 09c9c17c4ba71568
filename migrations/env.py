"""Runs migrations on the connection that `core.db.install` gives; there is no other way in.

Functions, views, owners and grants are installed in the same transaction right after the tables, so a
migration run by the `alembic` command alone would leave a database that is half of one version.
"""

from __future__ import annotations

from alembic import context


def run() -> None:
    """Run what is missing, inside the transaction of the caller."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        raise RuntimeError("migrations are run by `bocli migrate` (core.db.install), not by alembic itself")
    context.configure(
        connection=connection,
        target_metadata=None,
        version_table="migration",
        version_table_schema="book",
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
