"""A change on its way: shown with what it changes, then handed in as a request, or done at once by who may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core import approvals
from core.approvals import KINDS
from core.texts import t
from screens.parts.changes import show_changes
from screens.parts.request import Request
from screens.parts.term_words import request_facts

ALONE = {each.kind: each.alone for each in KINDS}


def may_alone(screen: Any, kind: str) -> bool:
    """Whether the person of this screen may do this kind of change without a second one."""
    needed = ALONE[kind]
    return needed is not None and needed in screen.person.permissions


async def hand_in(
    screen: Any,
    kind: str,
    payload: Mapping[str, Any],
    scales: Mapping[str, int],
    request: Request,
    *,
    kept: tuple[int, int] | None = None,
) -> str | None:
    """Show what would change and do it. What to say then; None when it was left or refused (and said why)."""
    seen = await screen.call(lambda db: approvals.look(db, kind, payload))
    if seen is None:
        return None
    if seen.error is not None:
        screen.show_error(seen.error)
        return None
    base = seen.base
    before, after = request_facts(kind, payload, base, scales)
    alone = may_alone(screen, kind) and kept is None and not seen.needs_two
    title = t("hand_in.alone" if alone else "hand_in.request", kind=t(f"change.kind.{kind}"))
    if not await show_changes(screen, title, before, after):
        return None
    if alone:
        did = await screen.call(
            lambda db: approvals.alone(db, request.key, kind, payload, base), writes=request
        )
        return None if did is None else t("hand_in.did")
    return await send(screen, kind, payload, request, kept)


async def send(
    screen: Any, kind: str, payload: Mapping[str, Any], request: Request, kept: tuple[int, int] | None
) -> str | None:
    """Keep the draft and hand it in. What to say then; None when it was refused: then `screen.kept` is the draft."""
    number, revision = kept or (None, None)
    saved: Any = await screen.call(
        lambda db: approvals.save(db, request.key, kind, payload, request_id=number, revision=revision),
        writes=request,
    )
    if saved is None:
        return None
    if saved.error is not None:
        screen.show_error(saved.error)
        screen.kept = (saved.request_id, saved.revision)
        return None
    sent = await screen.call(_submitting(request, saved), writes=request)
    return None if sent is None else t("hand_in.sent", number=saved.request_id)


def _submitting(request: Request, saved: Any) -> Callable[[Any], bool]:
    def act(db: Any) -> bool:
        approvals.submit(db, request.key, saved.request_id, saved.revision)
        return True

    return act


def decided_words(answers: Any) -> tuple[str, list[Any]]:
    """What became of several requests: in a sentence, and the errors of those that were not decided."""
    done = [each for each in answers if each.error is None]
    states = sorted({each.state for each in done})
    parts = [
        f"{t(f'change.state.{state}')}: {sum(1 for each in done if each.state == state)}" for state in states
    ]
    return ", ".join(parts) or t("hand_in.none_decided"), [
        each.error for each in answers if each.error is not None
    ]
