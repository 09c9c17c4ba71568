"""An application as it is shown: the limit and the decision at the left, the client's history at the right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bocli.widgets.lines import Row
from core.anti_fraud import Application
from core.errors import refusal
from core.texts import age, date_time, explain, t
from screens.parts.block_words import until_text
from screens.parts.columns import ZONE
from screens.parts.facts import wrapped
from screens.parts.words import money

WIDTHS = (24, 37)
TONES = {"processed": "good", "failed": "bad", "rejected": "bad", "expired": "dim", "withdrawn": "dim"}
Facts = list[tuple[str, str]]


def _rows(facts: Facts) -> list[Row]:
    return [row for label, value in facts for row in wrapped(label, value, WIDTHS, ("dim", ""))]


def _when(text: str | datetime) -> str:
    return date_time(datetime.fromisoformat(text) if isinstance(text, str) else text, ZONE)


def _head(key: str) -> list[Row | str]:
    return ["", [("head", t(key))]]


def facts(found: Application) -> list[Row | str]:
    """What was asked, which limit it broke, what the client has, what was decided."""
    unit = (found.issuer, found.scale)
    state: Row = [
        ("head", f"{t(f'operation.{found.kind}')} {money(found.amount, *unit)}"),
        ("", "  "),
        (TONES.get(found.state, "warn"), f"[{t(f'applications.state.{found.state}')}]"),
    ]
    client = found.client
    asked: Facts = [
        (t("applications.client"), f"{client['name']} {client['email'] or ''}".strip()),
        (t("clients.identification"), t(f"identification.{client['identification']}")),
        *([(t("clients.kind"), t("clients.status.blocked"))] if client["blocked"] else []),
        *(
            [(t("applications.to"), f"{found.other_side['name']} {found.other_side['serial']}")]
            if found.other_side
            else []
        ),
        *([(t("applications.note"), found.note)] if found.note else []),
        *([(t("applications.device"), found.device)] if found.device else []),
        (t("applications.asked"), f"{_when(found.asked_at)} · {age(found.asked_at)} · {found.asked_by}"),
        (t("applications.expires"), _when(found.expires_at)),
    ]
    has: Facts = [
        (t("coins.serial"), found.coin["serial"]),
        (t("coins.available"), money(found.coin["available"], *unit)),
        (t("coins.held"), money(found.coin["held"], *unit)),
    ]
    return [
        state, *_rows(asked), *_failure(found),
        *_head("applications.broken"), *_rows(_broken(found)),
        *_head("applications.limits_now"), *_rows(_limits(found)),
        *_head("coin.title"), *_rows(has),
        *_head("applications.decision"), *_rows(_decision(found)),
    ]  # fmt: skip


def _failure(found: Application) -> list[Row | str]:
    if not found.failure:
        return []
    why = refusal(found.failure["state"], found.failure["key"], found.failure.get("params"))
    return [*wrapped(t("applications.failed_by"), explain(why), WIDTHS, ("bad", "bad"))]


def _value(found: Application, value: int) -> str:
    return money(value, found.issuer, found.scale) if found.measure == "amount" else str(value)


def _broken(found: Application) -> Facts:
    return [
        (t("applications.period"), t(f"period.{found.period}")),
        (t("applications.limit"), _value(found, found.limit_value)),
        (t("applications.used"), _value(found, found.used_value)),
        (t("applications.left"), _value(found, found.left_value)),
        (t("applications.excess"), _value(found, found.excess)),
    ]


def _limits(found: Application) -> Facts:
    unit = (found.issuer, found.scale)
    rows: Facts = []
    for each in found.limits:
        if each["amount"] is not None:
            used = f"{money(each['amount_used'], *unit)} / {money(each['amount'], *unit)}"
            rows.append((t(f"period.{each['period']}"), used))
        if each["pieces"] is not None:
            rows.append((t(f"period.{each['period']}"), f"{each['pieces_used']} / {each['pieces']}"))
    for each in found.uplifts:
        added = [money(each["amount"], *unit)] if each["amount"] is not None else []
        added += [str(each["pieces"])] if each["pieces"] is not None else []
        rows.append((t("applications.uplift"), f"+ {' · '.join(added)} -> {_when(each['expires_at'])}"))
    return rows or [(t("limit.none"), "")]


def _decision(found: Application) -> Facts:
    told: Facts = [(t("applications.taken_by"), found.taken_by or "-")]
    if found.snoozed_until:
        told.append((t("applications.snoozed"), _when(found.snoozed_until)))
    if found.escalated_at:
        told.append((t("applications.escalated"), f"{found.escalated_by}: {found.escalation}"))
    if found.decided_at:
        told.append((t("applications.decided"), f"{found.decided_by}, {_when(found.decided_at)}"))
        told.append((t("reason.label"), found.reason or "-"))
    if found.operation_id:
        told.append((t("operation.title"), str(found.operation_id)))
    if found.at_desk:
        told.append((t("operation.title"), t("applications.at_desk")))
    return told


def history(found: Application) -> list[Row | str]:
    """The newest operations, devices, other applications, blocks."""
    return [
        *_head("applications.operations"), *_listed([_operation(each) for each in found.operations]),
        *_head("applications.devices"), *_listed([_device(each) for each in found.devices]),
        *_head("applications.others"), *_listed([_other(each) for each in found.applications]),
        *_head("blocks.title"), *_listed([_block(each) for each in found.blocks]),
    ][1:]  # fmt: skip


def _listed(facts: Facts) -> list[Row]:
    return _rows(facts) or [[("dim", t("applications.none"))]]


def _operation(each: Mapping[str, Any]) -> tuple[str, str]:
    told = f"{_when(each['at'])}  {money(each['amount'], each['issuer'], each['scale'])}"
    if each["received"]:
        told += f" · {t('applications.received')}"
    return t(f"operation.{each['kind']}"), told


def _device(each: Mapping[str, Any]) -> tuple[str, str]:
    others = t("applications.device_others", count=each["others"]) if each["others"] else ""
    return each["device"], " · ".join(filter(None, (_when(each["last_seen"]), str(each["pieces"]), others)))


def _other(each: Mapping[str, Any]) -> tuple[str, str]:
    sums = money(each["amount"], each["issuer"], each["scale"])
    return f"{each['id']} {t('applications.state.' + each['state'])}", f"{_when(each['asked_at'])}  {sums}"


def _block(each: Mapping[str, Any]) -> tuple[str, str]:
    ends = until_text(datetime.fromisoformat(each["expires_at"]) if each["expires_at"] else None)
    return t(
        f"blocks.kind.{each['kind']}"
    ), f"{t('blocks.state.' + each['state'])} · {ends} · {each['reason']}"
