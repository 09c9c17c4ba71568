"""Files that go to a bank, in a folder of the user's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.errors import Invalid

if TYPE_CHECKING:
    from pathlib import Path


def keep(folder: Path, name: str, content: bytes) -> Path:
    """Write a new file that only its owner reads. One of this name with this content is it already; one with another
    content, or a link, is never written over. Raises Invalid: file.unwritable."""
    path = folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            if not path.is_symlink() and path.is_file() and path.read_bytes() == content:
                return path
            raise
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Invalid("file.unwritable", {"path": str(path), "why": error.strerror or str(error)}) from error
    return path
