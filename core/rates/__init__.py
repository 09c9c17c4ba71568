"""Exchange rates: the offices', which clients trade on, and the system's, for reports."""

from __future__ import annotations

from core.rates.queries import (
    Office,
    Point,
    Quote,
    RateDraft,
    Triangle,
    history,
    make_quote,
    offices,
    rates_select,
    save_office,
    set_pair,
    triangles,
)

__all__ = [
    "Office",
    "Point",
    "Quote",
    "RateDraft",
    "Triangle",
    "history",
    "make_quote",
    "offices",
    "rates_select",
    "save_office",
    "set_pair",
    "triangles",
]
