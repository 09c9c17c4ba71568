"""Requests whose outcome is not known yet, one small file each, written to the disk before they are sent.

A file holds the request's key, the function's name and the time: no amount, no client, no secret.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from core.errors import BocliError


@dataclass(frozen=True)
class Pending:
    """One request that was sent, or was about to be."""

    key: UUID
    what: str
    when: datetime


@dataclass(frozen=True)
class Outcome:
    """How it ended: `result` is the function's answer, or None when it was never done and never will be."""

    pending: Pending
    result: dict[str, Any] | None


def _unwritable(folder: Path) -> BocliError:
    return BocliError("spool.unwritable", {"folder": str(folder)})


class Spool:
    """The spool of one login, in `folder` (mode 0700); each file 0600."""

    def __init__(self, folder: Path) -> None:
        """Raises BocliError spool.unwritable when the folder cannot be made, or is somebody else's."""
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if folder.stat().st_uid != os.getuid():
                raise PermissionError(f"{folder} is somebody else's")
            folder.chmod(0o700)
        except OSError as error:
            raise _unwritable(folder) from error

    @classmethod
    def of(cls, login: str, state_folder: Path | None = None) -> Spool:
        """The spool of a login in the user's own state directory."""
        if state_folder is None:
            import platformdirs

            state_folder = Path(platformdirs.user_state_dir("bocli"))
        return cls(state_folder / "spool" / login)

    def keep(self, key: UUID, what: str) -> bool:
        """Write a request down; when this returns it is on the disk. False when it stood there already.

        Raises BocliError spool.unwritable; the request must not be sent then.
        """
        final = self._path(key)
        try:
            return self._written(final, key, what)
        except OSError as error:
            raise _unwritable(self.folder) from error

    def _written(self, final: Path, key: UUID, what: str) -> bool:
        if final.exists():
            return False
        half = final.with_suffix(".new")
        text = json.dumps({"key": str(key), "what": what, "when": datetime.now(UTC).isoformat()})
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        half.rename(final)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return True

    def drop(self, key: UUID) -> None:
        """Its outcome is known. Should the file survive a crash, asking again does no harm."""
        self._path(key).unlink(missing_ok=True)

    def pending(self) -> list[Pending]:
        """All requests whose outcome is open, oldest first. A file cut short by a crash is left out:
        it was not complete, so its request was never sent.
        """
        found = []
        for path in self.folder.glob("*.json"):
            try:
                text = json.loads(path.read_text(encoding="utf-8"))
                found.append(
                    Pending(UUID(text["key"]), str(text["what"]), datetime.fromisoformat(text["when"]))
                )
            except (ValueError, KeyError, TypeError, FileNotFoundError):
                continue
        return sorted(found, key=lambda one: (one.when, one.key))

    def resolve(self, ask: Callable[[UUID], dict[str, Any]]) -> list[Outcome]:
        """Settle every open request by asking the database; `ask` is ``api.outcome`` by key.

        Raises what `ask` raises (Unavailable …); what is settled until then stays settled.
        """
        settled = []
        for one in self.pending():
            answer = ask(one.key)
            self.drop(one.key)
            settled.append(Outcome(one, answer.get("result")))
        return settled

    def _path(self, key: UUID) -> Path:
        return self.folder / f"{key}.json"
