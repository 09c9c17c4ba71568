"""A limit at the counter: what the cashier sees before an application is made of the operation, and after."""

from __future__ import annotations

from typing import Any

from bocli.widgets.preview import Facts, PreviewDialog
from core.cash_desk import Broken, Limited
from core.texts import amount, date_time, n, t
from screens.parts.words import issuer


class WouldBreak(PreviewDialog):
    """As the preview of an operation, but F10 makes an application of it, and no cash moves."""

    DO = "counter.limit.do"


class ApplicationMade(PreviewDialog):
    """The application's number, and what the client is to be told. It stays until it is read."""

    DO = None


def limit_rows(broken: Broken, unit: Any) -> list[tuple[str, str]]:
    """The limit with what is used and left of it, and by how much the operation passes it."""

    def said(value: int) -> str:
        return amount(value, unit) if broken.measure == "amount" else n("limit.pieces_left", value)

    return [
        (t("counter.limit.which"), f"{t(f'period.{broken.period}')} · {said(broken.limit)}"),
        (t("counter.limit.used"), said(broken.used)),
        (t("counter.limit.left"), said(broken.left)),
        (t("counter.limit.excess"), said(broken.excess)),
    ]


def would_break(rows: list[tuple[str, str]], broken: Broken, unit: Any, kind: str) -> WouldBreak:
    """rows: client and amount, as the preview of the operation shows them."""
    return WouldBreak(
        t("counter.limit.title"),
        Facts(rows=rows, postings=(), after=limit_rows(broken, unit)),
        words=t(f"counter.limit.before.{kind}"),
    )


def application_made(limited: Limited, time_zone: str) -> ApplicationMade:
    """What was made instead of the operation; times are those of the desk's zone."""
    unit = issuer(limited.issuer, limited.scale)
    rows = [
        (t("counter.client"), f"{limited.client} · {limited.serial}"),
        (t("money.amount"), amount(limited.amount, unit)),
    ]
    after = limit_rows(limited.broken, unit)
    if limited.held is not None:
        after.append((t("counter.limit.held"), amount(limited.held, unit)))
    after.append((t("counter.limit.until"), date_time(limited.expires_at, time_zone)))
    return ApplicationMade(
        t("counter.limit.made", number=limited.application_id),
        Facts(rows=rows, postings=(), after=after),
        words=t(f"counter.limit.after.{limited.kind}"),
    )
