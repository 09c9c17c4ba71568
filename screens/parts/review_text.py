"""A day's review as rows of text: sums by currency, turnover, every count by denomination."""

from __future__ import annotations

from collections.abc import Sequence

from bocli.widgets.lines import Row, Run
from bocli.widgets.shown import fitted, paragraph
from core.cash_desk import Count, Review
from core.text import cells
from core.texts import date, date_time, n, t
from screens.parts.words import TONES, money, signed, state


def rows_of(found: Review, width: int) -> list[Row]:
    """The whole review as rows of text."""
    day = found.day
    rows: list[Row] = [
        [
            (TONES.get(day.state, ""), f"[{state(day.state)}] "),
            ("head", day.desk),
            ("", f" · {date(day.cash_date)}"),
        ],
        [("dim", t("day_review.cashier")), ("", f" {day.cashier}")],
    ]
    if found.own:
        rows.append([("warn", t("blocked.own_day"))])
    if day.reconciled:
        rows.append([("good", t("day_review.reconciled"))])
    for key, said in (("sent_back", day.sent_back_reason), ("forced", day.forced_reason)):
        if said:
            rows += [[("", line)] for line in paragraph(t(f"day_review.{key}", reason=said), width)]
    rows += [[("", "")], *_sums(found, width)]
    if found.turnover:
        rows += [[("", "")], *_turnover(found, width)]
    for count in reversed(found.counts):
        rows += [[("", "")], *_count(found, count, width)]
    return rows


def _table(heads: Sequence[str], body: Sequence[Sequence[str]], width: int) -> list[Row]:
    """Columns as wide as they need to be; the first stands left, the others right."""
    wide = [max(cells(line[at]) for line in (heads, *body)) for at in range(len(heads))]
    gap = 2 if sum(wide) + 2 * len(wide) <= width else 1

    def line(texts: Sequence[str], style: str) -> Row:
        row: list[Run] = [(style, fitted(texts[0], wide[0]))]
        for text, room in zip(texts[1:], wide[1:], strict=True):
            row += [("", " " * gap), (style, fitted(text, room, right=True))]
        return row

    return [line(heads, "head"), *(line(each, "") for each in body)]


def _sums(found: Review, width: int) -> list[Row]:
    """A column for each currency, three beside each other."""
    rows: list[Row] = []
    for at in range(0, len(found.sums), 3):
        sums = found.sums[at : at + 3]
        body = [
            [t(f"day_review.{name}"), *(_bare(getattr(x, field), x.issuer, x.scale) for x in sums)]
            for name, field in (
                ("opening", "opening"),
                ("in", "cash_in"),
                ("out", "cash_out"),
                ("books", "expected"),
                ("counted", "counted"),
            )
        ]
        last = [signed(x.difference, x.issuer, x.scale).removesuffix(f" {x.issuer}") for x in sums]
        rows += _table(["", *(x.issuer for x in sums)], [*body, [t("day_review.difference"), *last]], width)
        for x in sums:
            if x.difference is not None:
                word = "short" if x.difference < 0 else "over" if x.difference else "exact"
                tone = "good" if word == "exact" else "warn"
                rows.append([(tone, f"{x.issuer}: "), (tone, t(f"difference.{word}"))])
    return rows


def _bare(minor: int | None, code: str, scale: int) -> str:
    return money(minor, code, scale).removesuffix(f" {code}")


def _turnover(found: Review, width: int) -> list[Row]:
    heads = [t("day_review.turnover"), t("day_review.pieces"), t("money.amount"), t("money.commission")]
    body = [
        [
            t(f"operation.{each.kind}"),
            str(each.pieces),
            money(each.amount, each.issuer, each.scale),
            money(each.commission, each.issuer, each.scale),
        ]
        for each in found.turnover
    ]
    return _table(heads, body, width)


def _count(found: Review, count: Count, width: int) -> list[Row]:
    """A count: what, who and when; totals; the denominations in one paragraph for each currency."""
    what = t(f"count.kind.{count.kind}", by=count.by, at=date_time(count.at, found.day.time_zone))
    rows: list[Row] = [[("head", what)]]
    if count.note:
        rows += [[("", line)] for line in paragraph(t("count.note", note=count.note), width)]
    for total in count.totals:
        lines = [
            n("counter.pieces", pieces, each=_bare(piece, code, total.scale))
            for code, piece, pieces in count.lines
            if code == total.issuer and pieces
        ]
        rows.append([("", money(total.counted, total.issuer, total.scale))])
        rows += [[("dim", "  "), ("dim", line)] for line in paragraph(", ".join(lines), width - 2) if lines]
    return rows
