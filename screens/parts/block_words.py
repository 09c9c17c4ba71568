"""Blocks in words: of what, which way, until when; and a request to lift one, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.texts import date_time, t
from screens.parts.columns import ZONE

Facts = list[tuple[str, str]]


def until_text(moment: datetime | None) -> str:
    """When a block ends by itself."""
    return t("blocks.until_lifted") if moment is None else date_time(moment, ZONE)


def target_text(
    client: str | None, serial: str | None, operation_id: int | None, direction: str | None
) -> str:
    """What is blocked."""
    if operation_id is not None:
        return t("blocks.of_operation", number=operation_id)
    if serial is not None:
        return t("blocks.of_coin", serial=serial, direction=t(f"blocks.direction.{direction}"))
    return t("blocks.of_client", name=client or "-")


def unblock_facts(payload: Mapping[str, Any], base: Mapping[str, Any]) -> tuple[Facts, Facts]:
    """The block as it stands, and the same when it is lifted, with the reason why."""
    if "kind" not in base:
        return [], [(t("blocks.why_lift"), str(payload.get("reason") or "-"))]
    ends = base["expires_at"]
    same = [
        (t("blocks.of"), target_text(base["client"], base["coin"], base["operation_id"], base["direction"])),
        (t("blocks.kind"), t(f"blocks.kind.{base['kind']}")),
        (t("blocks.reason"), base["reason"]),
        (
            t("blocks.made_by"),
            f"{base['made_by']}, {date_time(datetime.fromisoformat(base['made_at']), ZONE)}",
        ),
        (t("blocks.until"), until_text(datetime.fromisoformat(ends) if ends else None)),
    ]
    before = [*same, (t("blocks.state"), t("blocks.state.blocked"))]
    after = [*same, (t("blocks.state"), t("blocks.state.lifted")),
             (t("blocks.why_lift"), str(payload.get("reason") or "-"))]  # fmt: skip
    return before, after
