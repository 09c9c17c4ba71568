"""Files that people name: read whole, when they are files and not too large."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from core.errors import Invalid

if TYPE_CHECKING:
    from pathlib import Path


def read_bytes(path: Path, largest: int) -> bytes:
    """The content of a regular file of at most `largest` bytes. Raises Invalid: file.unreadable, file.large."""
    try:
        # A pipe or a device would be waited for, or never end.
        if path.exists() and not path.is_file():
            raise Invalid("file.unreadable", {"why": os.strerror(errno.EINVAL)})
        with path.open("rb") as file:
            raw = file.read(largest + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a null
        raise Invalid("file.unreadable", {"why": getattr(error, "strerror", None) or str(error)}) from error
    if len(raw) > largest:
        raise Invalid("file.large", {"megabytes": largest // 2**20})
    return raw


def lines_of(raw: bytes) -> list[str]:
    """The lines of UTF-8 text, without those that are empty. Raises Invalid: file.not_utf8."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("file.not_utf8", {"place": error.start}) from error
    return [line.strip() for line in text.splitlines() if line.strip()]
