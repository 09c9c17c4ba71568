"""The log as those who oversee others may read it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Select

AUDIT_LOG = (
    "id at stream seq actor_id actor actor_role login from_addr what entity entity_id before after refused "
    "prev hash"
).split()


@cache
def audit_log() -> Select[Any]:
    """Every change and refusal, newest with the highest id, columns `AUDIT_LOG`.

    `before` and `after` are objects or None; `prev` and `hash` are bytes of the chain of `stream`.
    """
    from sqlalchemy import JSON, LargeBinary, column, select, table

    kinds: dict[str, Any] = {"before": JSON, "after": JSON, "prev": LargeBinary, "hash": LargeBinary}
    columns: list[Any] = [column(name, kinds.get(name)) for name in AUDIT_LOG]
    return select(table("audit_log", *columns, schema="api"))
