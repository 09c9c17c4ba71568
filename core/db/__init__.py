"""The door to the database.

`Settings` says where it is; `Database` calls functions (`call`) and runs selects (`rows`). Importing this
package loads neither SQLAlchemy nor psycopg: they come with the first use of `Database`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.db.settings import KDFS, Kdf, Settings

if TYPE_CHECKING:
    from core.db.call import Database
    from core.db.spool import Pending, Spool

__all__ = ["KDFS", "Database", "Kdf", "Pending", "Settings", "Spool"]


def __getattr__(name: str) -> Any:
    if name == "Database":
        from core.db.call import Database

        return Database
    if name in ("Spool", "Pending"):
        from core.db import spool

        return getattr(spool, name)
    raise AttributeError(name)
