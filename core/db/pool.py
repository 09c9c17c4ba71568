"""SQLAlchemy's engine as this program wants it: few connections, no needless round trip.

A connection is looked at before use without asking the server: a socket that can be read while nothing
was asked is one that the server closed (or is about to), so it is replaced.
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Engine

#: What the warning that a COMMIT is on this server only comes with. It has no SQLSTATE of its own (01000 is
#: any warning) and its words are in the server's language; no function of ours warns, so any warning is it.
_COMMIT_WAIT_ENDED = ("01000", "57014", "57P01")


def make_engine(connect: Callable[[], psycopg.Connection[Any]], size: int = 2) -> Engine:
    """An engine over `connect`, at most `size` connections, each in autocommit.

    Nothing of a connection is reset when it comes back: every request is one statement of its own
    transaction, so there is nothing to reset.
    """
    engine = create_engine(
        "postgresql+psycopg://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=5,
        pool_reset_on_return=None,
        use_native_hstore=False,
        isolation_level="AUTOCOMMIT",
        # Without it, the first connection asks the server for its version, schema and settings in four
        # round trips; what the dialect needs of them is set below.
        _initialize=False,
    )
    engine.dialect.server_version_info = (15, 0)
    engine.dialect.default_schema_name = "public"
    event.listen(engine, "checkout", _refuse_stale)
    return engine


def _refuse_stale(connection: Any, _record: Any, _proxy: Any) -> None:
    if stale(connection):
        raise DisconnectionError("the server closed this connection")


def stale(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server closed the connection, as far as can be seen without asking it."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))


def commit_in_doubt(notice: psycopg.errors.Diagnostic) -> bool:
    """Whether a notice says that waiting for the synchronous standby was given up."""
    return notice.severity_nonlocalized == "WARNING" and notice.sqlstate in _COMMIT_WAIT_ENDED
