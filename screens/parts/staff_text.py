"""An account of staff as rows: what it is, and below it what else belongs to it."""

from __future__ import annotations

from bocli.widgets.lines import Row
from bocli.widgets.shown import fitted
from core.staff import Delegation, OtherAccount, OwnSession, StaffDetail
from core.texts import date_time, n, t
from screens.parts.log_text import ZONE
from screens.parts.sessions import address_of, state_of
from screens.parts.staff_words import LABEL, conflict_rows, pairs, role_name, status_of, status_tone


def rows_of(person: StaffDetail, width: int) -> list[Row]:
    """Everything about it, headings between."""
    status = status_of(person)
    rows: list[Row] = pairs(
        [
            (t("staff.name"), person.name),
            (t("staff.email"), person.email),
            (t("staff.phone"), person.phone or "-"),
            (t("staff.role"), role_name(person.role)),
        ],
        width,
    )
    rows.append(
        [
            ("dim", fitted(t("staff.status"), LABEL)),
            ("", " "),
            (status_tone(status), t(f"staff.status.{status}")),
        ]
    )
    rows += pairs(_state(person), width)
    rows += _part(t("staff_member.conflicts"), conflict_rows(person.conflicts, width))
    others = [(role_name(each.role), _other(each)) for each in person.other_accounts]
    rows += _part(t("staff_member.other_accounts"), pairs(others, width))
    rows += _part(t("staff_member.loans"), [row for each in person.delegations for row in _loan(each, width)])
    return rows + _part(
        t("sessions.title"), [_session(each) for each in person.sessions if not each.ended_at]
    )


def _state(person: StaffDetail) -> list[tuple[str, str]]:
    seen = date_time(person.last_seen, ZONE) if person.last_seen else t("staff.never")
    facts = [
        (t("staff.second_factor"), t("staff.enrolled") if person.second_factor else t("staff.not_enrolled")),
        (t("staff.last_seen"), seen),
        (t("staff.made"), date_time(person.made_at, ZONE)),
    ]
    if person.locked_out_s:
        facts.append((t("staff.locked_out"), n("staff.seconds", person.locked_out_s)))
    return facts


def _part(heading: str, rows: list[Row]) -> list[Row]:
    return [[("", "")], [("head", heading)], *rows] if rows else []


def _other(account: OtherAccount) -> str:
    said = f"{account.email} · {account.name}"
    return said if account.active else f"{said} · {t('staff.status.off')}"


def _loan(loan: Delegation, width: int) -> list[Row]:
    until = date_time(loan.ended_at or loan.ends_at, ZONE)
    said = t("staff_member.lent_until" if loan.active else "staff_member.lent_over", until=until)
    return pairs([(role_name(loan.role), f"{said} · {loan.made_by} · {loan.reason}")], width)


def _session(session: OwnSession) -> Row:
    seen = t("staff_member.seen", at=date_time(session.last_seen, ZONE))
    return [
        ("", date_time(session.opened_at, ZONE)),
        ("dim", f"  {seen}  "),
        ("", f"{address_of(session)}  "),
        ("good" if not session.locked else "warn", f"[{state_of(session)}]"),
    ]
