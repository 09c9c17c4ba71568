"""The redeem request of a client who stands at the counter and knows no number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import redeem
from core.clients import find
from core.errors import Invalid
from core.redeem import Payable
from core.texts import t
from screens.parts.client import Choose, choose_client
from screens.parts.words import money


async def request_of_client(screen: Any, text: str, fields: Mapping[str, str]) -> int | None:
    """The number of the request chosen; None when there is none, or it was left (and the form says why)."""
    clients = await screen.call(lambda db: find(db, text), form=screen.form, fields=fields)
    if clients is None:
        return None
    if not clients:
        screen.form.show_errors({"number": Invalid("client.none_found")})
        return None
    at: int | None = 0
    if len(clients) > 1:
        at = await screen.app.push_screen_wait(choose_client(clients))
    if at is None:
        return None
    client = clients[at]
    found: Payable | None = await screen.call(lambda db: redeem.payable(db, client.client_id))
    if found is None:
        return None
    if not found.requests:
        key = "redeem.only_waiting" if found.waiting else "redeem.none_to_pay"
        screen.form.show_errors({"number": Invalid(key)})
        return None
    at = 0
    if len(found.requests) > 1:
        lines = [(f"{x.request_id} · {x.serial}", money(x.cash, x.issuer, x.scale)) for x in found.requests]
        at = await screen.app.push_screen_wait(Choose(t("redeem_pay.choose", client=client.name), lines))
    return None if at is None else found.requests[at].request_id
