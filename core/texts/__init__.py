"""The words that people see: texts by key and language, with numbers, dates and amounts in that language.

`t("top_up.title")` is a text, `n("day.operations", 5)` one that counts. The catalogues are made from
`locales/src/*.toml` by `python -m locales.build`; `python -m locales.check` says what is missing. One
language is the program's at a time: a terminal has one person before it.
"""

from core.texts.catalogue import (
    LANGUAGES,
    MissingText,
    TextsNotBuilt,
    available,
    has,
    language,
    n,
    set_language,
    t,
)
from core.texts.errors import explain
from core.texts.formats import age, amount, date, date_time, join, number, percent, time_of_day

__all__ = [
    "LANGUAGES",
    "MissingText",
    "TextsNotBuilt",
    "age",
    "amount",
    "available",
    "date",
    "date_time",
    "explain",
    "has",
    "join",
    "language",
    "n",
    "number",
    "percent",
    "set_language",
    "t",
    "time_of_day",
]
