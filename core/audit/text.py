"""An audit and a trial balance as text, in the program's language, for a terminal, a file or a printer."""

from __future__ import annotations

from itertools import groupby

from core import text as letters
from core.audit.findings import Verification
from core.audit.trial_balance import TrialLine
from core.money import Issuer
from core.texts import amount, date_time, language, n, number, t


def in_fours(digest: str) -> str:
    """A hash as people read it out: in groups of four."""
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def verification_text(found: Verification, width: int = 80) -> str:
    """What the audit looked at and what it found, a finding a line."""
    lines = [
        n("audit.looked.streams", found.streams),
        n("audit.looked.lines", found.lines),
        n("audit.looked.operations", found.operations),
        n("audit.looked.postings", found.postings),
        t("audit.root", root=in_fours(found.root)),
    ]
    if found.checkpoint_at is not None:
        lines.append(t("audit.checkpoint.compared", at=date_time(found.checkpoint_at, "UTC", "long")))
    else:
        lines.append(t("audit.checkpoint.none"))
    lines += ["- " + finding.text() for finding in found.findings]
    more = sum(found.by_kind.values()) - len(found.findings)
    if more:
        lines.append(n("audit.more", more))
    lines.append(t("audit.ok") if found.ok else n("audit.found", sum(found.by_kind.values())))
    return "\n".join(shown for line in lines for shown in letters.visual_lines(line, width, language()))


def trial_balance_text(lines: list[TrialLine], width: int = 80) -> str:
    """The trial balance as a table, issuer by issuer, with both totals."""
    shown: list[str] = []
    column = max((width - 2) // 4, 12)
    for (code, scale), group in groupby(lines, key=lambda line: (line.issuer, line.scale)):
        issuer = Issuer(code, code, "", scale, "real")
        shown.append(_row(code, t("trial.debit"), t("trial.credit"), width, column))
        debit = credit = 0
        for line in group:
            debit, credit = debit + line.debit, credit + line.credit
            label = f"{t('account.' + line.kind.lower())} ({number(line.accounts)})"
            shown.append(_row(label, _blank(line.debit, issuer), _blank(line.credit, issuer), width, column))
        total = t("trial.total") if debit == credit else t("trial.unbalanced")
        shown.append(
            _row(total, amount(debit, issuer, "none"), amount(credit, issuer, "none"), width, column)
        )
        shown.append("")
    return "\n".join(shown).rstrip("\n")


def _blank(minor: int, issuer: Issuer) -> str:
    return amount(minor, issuer, "none") if minor else ""


def _row(label: str, debit: str, credit: str, width: int, column: int) -> str:
    room = max(width - 2 * (column + 1), 8)
    name = letters.visual(letters.clean(label, room), language())
    name += " " * (room - letters.cells(name))
    return f"{name} {_right(debit, column)} {_right(credit, column)}"


def _right(text: str, room: int) -> str:
    shown = letters.visual(text, language())
    return " " * max(room - letters.cells(shown), 0) + shown
