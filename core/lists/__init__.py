"""Lists: the language in which a person says which rows to see, and the views that a person keeps."""

from __future__ import annotations

from core.lists.filter import Asked, Field, narrow, parse

__all__ = ["Asked", "Field", "narrow", "parse"]
