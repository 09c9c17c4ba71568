"""Lists: the language in which a person says which rows to see, and the views that a person keeps."""

from __future__ import annotations

from core.lists.filter import Asked, Field, narrow, parse
from core.lists.views import SavedView, delete_view, save_view, views

__all__ = ["Asked", "Field", "SavedView", "delete_view", "narrow", "parse", "save_view", "views"]
