"""One call, one round trip, one answer: done, refused, not done, or not known."""

from __future__ import annotations

import hmac
import json
import re
import threading
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core import errors
from core.db.deadline import Deadline
from core.db.pool import commit_in_doubt, make_engine
from core.db.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row
    from sqlalchemy.sql import Select

    from core.db.spool import Spool

_NAME = re.compile(r"^(?:(api|prov)\.)?([a-z][a-z0-9_]*)$")
_WORD = re.compile(r"^[a-z][a-z0-9_]*$")

#: Errors that leave nothing behind and go away by themselves: tried once more with the same key.
_TRY_AGAIN = frozenset({"55P03", "40001", "40P01"})
#: SQLSTATE → what it means to people, where it says enough by itself.
_STATES: dict[str, tuple[type[errors.BocliError], str]] = {
    "42501": (errors.NotAllowed, "permission.denied"),
    "55P03": (errors.Busy, "db.busy"),
    "40001": (errors.Busy, "db.busy"),
    "40P01": (errors.Busy, "db.busy"),
    "53300": (errors.Busy, "db.full"),
    "57014": (errors.Unavailable, "db.too_slow"),
    "57P03": (errors.Unavailable, "db.not_now"),
    "57P05": (errors.Unavailable, "db.not_now"),
    "25006": (errors.Unavailable, "db.not_now"),
    "53100": (errors.Unavailable, "db.not_now"),
    "53200": (errors.Unavailable, "db.not_now"),
}

#: Asking by a key is no request of its own.
_ASKS = frozenset({"outcome", "api.outcome"})

#: Constraint → key of its text, for rules that a constraint itself holds.
CONSTRAINTS: dict[str, tuple[type[errors.BocliError], str]] = {
    "client_email_key_key": (errors.Invalid, "client.email_taken"),
    "client_phone_key": (errors.Invalid, "client.phone_taken"),
    "organization_name_key": (errors.Invalid, "organization.name_taken"),
    "staff_email_once": (errors.Invalid, "staff.email_taken"),
}


class Database:
    """The database as one member of staff sees it: a small pool of that person's own connections.

    `password` is what SCRAM takes (see `core.staff.secrets`), not what the person typed. `token` is the
    session's token; connections made from then on present it as they connect.
    """

    def __init__(
        self,
        settings: Settings,
        login: str,
        password: str,
        *,
        token: str | None = None,
        spool: Spool | None = None,
        size: int = 2,
    ) -> None:
        self.settings = settings
        self.login = login
        self.token = token
        self.spool = spool
        self._password = password
        self._doubt = threading.local()
        self._closed = False
        self.engine = make_engine(self._connect, size)
        event.listen(self.engine, "checkin", self._back)

    def call(self, function: str, /, *, deadline_s: float = 15.0, **params: Any) -> dict[str, Any]:
        """Call a function of schema api (or ``prov.…``) and return its object. One round trip.

        Parameters are named without their ``p_``. Lists and dicts go as jsonb. A `key` parameter (UUID)
        marks a request that writes: it is kept in the spool while its outcome is open.

        Raises the error of `core.errors` that the function refused with; `Unavailable` when nothing was
        done; `OutcomeUnknown` when it was sent and no answer came.
        """
        statement, values = _statement(function, params)
        key = params.get("key", params.get("p_key"))
        key = UUID(str(key)) if key is not None else None
        # A key that is in the spool already had an earlier try whose outcome is open: that this one was not
        # done says nothing about that one. Only an answer that the key itself gave settles both.
        first_try = False
        if key is not None and self.spool is not None and function not in _ASKS:
            first_try = self.spool.keep(key, function)
        try:
            answer = self._twice(statement, values, key, deadline_s)
        except errors.OutcomeUnknown:
            raise
        except errors.BocliError:
            self._settled(key, first_try)
            raise
        self._settled(key, first_try or "refused" not in answer)
        if "refused" in answer:
            refused = answer["refused"]
            raise errors.refusal(refused["state"], refused["key"], refused.get("params"))
        return answer

    def rows(self, select: Select[Any], *, deadline_s: float = 15.0) -> Sequence[Row[Any]]:
        """All rows of a select, in one round trip. The select itself says how many at most."""
        try:
            with self.engine.connect() as connection:
                borrowed: Any = connection.connection.driver_connection
                with Deadline(borrowed, deadline_s):
                    return connection.execute(select).all()
        except DBAPIError as error:
            if isinstance(error.orig, psycopg.Error):
                raise translate(error.orig) from error
            raise errors.Unavailable("db.gone") from error
        except (psycopg.Error, SQLAlchemyError) as error:
            raise _cannot_connect(error) from error

    def password_changed(self, password: str) -> None:
        """Connections made from now on prove the new password; those that are open stay."""
        self._password = password

    def proves(self, password: str) -> bool:
        """Whether this is the password that these connections were made with."""
        return hmac.compare_digest(self._password, password)

    def close(self) -> None:
        """Close all connections; one that is in use when its call is over. What was kept in the spool stays there."""
        self._closed = True
        self.engine.dispose()

    def _back(self, connection: psycopg.Connection[Any] | None, _record: object) -> None:
        if self._closed and connection is not None:
            connection.close()

    def _connect(self) -> psycopg.Connection[Any]:
        words: dict[str, Any] = self.settings.connection_words()
        if self.token is not None:
            words["options"] = f"-c bocli.token={self.token}"
        connection = psycopg.connect(
            autocommit=True, user=self.login, password=self._password, prepare_threshold=None, **words
        )
        connection.add_notice_handler(self._noticed)
        return connection

    def _noticed(self, notice: psycopg.errors.Diagnostic) -> None:
        if commit_in_doubt(notice):
            self._doubt.seen = True

    def _twice(
        self, statement: str, values: dict[str, Any], key: UUID | None, deadline_s: float
    ) -> dict[str, Any]:
        try:
            return self._once(statement, values, key, deadline_s)
        except psycopg.Error as error:
            if error.sqlstate not in _TRY_AGAIN:
                raise translate(error) from error
            locked = error.sqlstate == "55P03"
        if locked:
            self._end_idlers(deadline_s)
        try:
            return self._once(statement, values, key, deadline_s)
        except psycopg.Error as error:
            raise translate(error) from error

    def _settled(self, key: UUID | None, surely: bool) -> None:
        if surely and key is not None and self.spool is not None:
            self.spool.drop(key)

    def _end_idlers(self, deadline_s: float) -> None:
        try:
            self._once("select api.watchdog()", {}, None, deadline_s)
        except (psycopg.Error, errors.BocliError):
            return  # the second try says what is wrong

    def _once(
        self, statement: str, values: dict[str, Any], key: UUID | None, deadline_s: float
    ) -> dict[str, Any]:
        """Send it once. Raises psycopg.Error only for an error that surely left nothing behind."""
        try:
            borrowed = self.engine.raw_connection()
        except (psycopg.Error, SQLAlchemyError) as error:
            raise _cannot_connect(error) from error
        connection: Any = borrowed.driver_connection
        self._doubt.seen = False
        try:
            with Deadline(connection, deadline_s):
                row = connection.execute(statement, values).fetchone()
        except psycopg.Error as error:
            if definite(error, connection):
                raise
            borrowed.invalidate()
            if key is None:
                raise errors.Unavailable("db.gone") from error
            raise errors.OutcomeUnknown(key) from error
        finally:
            if borrowed.is_valid:
                borrowed.close()
        if self._doubt.seen and key is not None:
            raise errors.OutcomeUnknown(key)
        return _object(row)


def _object(row: Any) -> dict[str, Any]:
    value = row[0] if row is not None else None
    if isinstance(value, dict):
        return value
    return {} if value is None or value == "" else {"value": value}


def _statement(function: str, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    named = _NAME.match(function)
    if named is None:
        raise ValueError(f"not a function's name: {function}")
    values = {name if name.startswith("p_") else f"p_{name}": _value(value) for name, value in params.items()}
    for name in values:
        if not _WORD.match(name):
            raise ValueError(f"not a parameter's name: {name}")
    inside = ", ".join(f"{name} => %({name})s" for name in values)
    return f"select {named[1] or 'api'}.{named[2]}({inside})", values


def _value(value: Any) -> Any:
    if isinstance(value, str) and "\0" in value:
        # PostgreSQL keeps no such character; the library would take it for a fault of the connection.
        raise errors.Invalid("input.refused", {"state": "22021", "rule": "-"})
    return Jsonb(value) if isinstance(value, (dict, list, tuple)) else value


def definite(error: psycopg.Error, connection: psycopg.Connection[Any]) -> bool:
    """Whether an error surely means that nothing was done.

    It does when the server itself said ERROR and the connection lives on: then the transaction, which
    is this one statement, was rolled back, deferred constraints included.
    """
    if error.sqlstate is None or connection.closed or connection.broken:
        return False
    return error.diag.severity_nonlocalized == "ERROR" and not error.sqlstate.startswith("08")


def translate(error: psycopg.Error) -> errors.BocliError:
    """What an error of the server means to people."""
    state = error.sqlstate or ""
    if state.startswith("BO"):
        return errors.refusal(state, error.diag.message_primary or "unknown", _params(error))
    if state in _STATES:
        kind, key = _STATES[state]
        return kind(key)
    if error.diag.constraint_name in CONSTRAINTS:
        kind, key = CONSTRAINTS[error.diag.constraint_name]
        return kind(key)
    if state[:2] in ("22", "23"):
        return errors.Invalid("input.refused", {"state": state, "rule": error.diag.constraint_name or "-"})
    if not state or state.startswith(("08", "57")):
        return errors.Unavailable("db.gone")
    return errors.BocliError("db.fault", {"state": state})


def _params(error: psycopg.Error) -> dict[str, str | int]:
    try:
        detail = json.loads(error.diag.message_detail or "{}")
    except ValueError:
        return {}
    return detail if isinstance(detail, dict) else {}


def _cannot_connect(error: Exception) -> errors.BocliError:
    if isinstance(error, PoolTimeout):
        return errors.Busy("db.busy")
    if isinstance(error, DBAPIError) and isinstance(error.orig, psycopg.Error):
        error = error.orig
    if isinstance(error, DisconnectionError):
        return errors.Unavailable("db.gone")
    text = str(error)
    # libpq keeps no SQLSTATE for a refused connection before it is made; the server's words are English
    # or not, so what decides is the code where there is one, and its place in the exchange otherwise.
    state = getattr(error, "sqlstate", None)
    if state in ("28P01", "28000") or _authentication_failed(text):
        return errors.WrongCredentials("credentials.wrong")
    if state == "53300" or "too many connections" in text or "remaining connection slots" in text:
        return errors.Busy("db.full")
    return errors.Unavailable("db.unreachable")


def _authentication_failed(text: str) -> bool:
    return any(
        word in text
        for word in ("password authentication failed", "is not permitted to log in", "SCRAM exchange")
    )
