"""The form that blocks a client, a wallet or an operation, from wherever one of them is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from core import anti_fraud, clock
from core.anti_fraud import BLOCK_KINDS, DIRECTIONS, NewBlock
from core.errors import Invalid
from core.texts import t
from screens.parts.request import Request

DAYS = 3650


def moment_ahead(text: str) -> datetime:
    """A moment to come: so many days or hours from now ("7d", "12h"), or a day and time in UTC. Raises Invalid:
    moment.not_ahead."""
    number, unit = text[:-1].strip(), text[-1:].lower()
    if number.isascii() and number.isdigit() and unit in ("d", "h") and 0 < int(number) <= DAYS:
        return clock.now() + (timedelta(days=int(number)) if unit == "d" else timedelta(hours=int(number)))
    for shape in ("%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            found = datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
        if found > clock.now():
            return found
    raise Invalid("moment.not_ahead")


class BlockForm(Dialog[dict[str, Any]]):
    """Kind, which way (of a wallet), until when, why. F10 blocks."""

    DO = "blocks.do"

    def __init__(self, what: str, *, directions: bool, named: bool = False) -> None:
        super().__init__(t("blocks.new.title"))
        self.what, self.directions, self.named = what, directions, named

    def body(self) -> ComposeResult:
        yield Words(self.what)
        kinds = [(each, t(f"blocks.kind.{each}")) for each in BLOCK_KINDS]
        ways = [(each, t(f"blocks.direction.{each}")) for each in reversed(DIRECTIONS)]
        fields: list[Any] = [("named", t("blocks.named"), Field(limit=200))] if self.named else []
        fields.append(("kind", t("blocks.kind"), Choice(kinds)))
        if self.directions:
            fields.append(("direction", t("blocks.direction"), Choice(ways)))
        fields.append(("until", t("blocks.until"), Field(check=moment_ahead, required=False, limit=20)))
        fields.append(("reason", t("reason.label"), Field(check=why, limit=500)))
        yield Form(*fields)

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()

    def act_do(self) -> None:
        """Block it, when all is well."""
        values = self.query_one(Form).values()
        if values is not None:
            self.dismiss(values)


def why(text: str) -> str:
    """A reason of 3 letters and more. Raises Invalid: reason.too_short."""
    if len(text.strip()) < 3:
        raise Invalid("reason.too_short", {"letters": 3})
    return text.strip()


async def block(screen: Any, request: Request, what: str, **target: int) -> bool:
    """Ask and block one of client_id, coin_id, operation_id. Whether it was done."""
    asked = BlockForm(what, directions="coin_id" in target)
    values: Any = await screen.app.push_screen_wait(asked)
    return values is not None and await send_block(screen, request, values, target)


async def send_block(screen: Any, request: Request, values: dict[str, Any], target: dict[str, int]) -> bool:
    """Block what is named; say so."""
    wanted = NewBlock(
        values["kind"], values["reason"], values["until"],
        direction=(values.get("direction") or "both") if "coin_id" in target else None, **target,
    )  # fmt: skip
    made = await screen.call(lambda db: anti_fraud.make_block(db, request.key, wanted), writes=request)
    if made is None:
        return False
    screen.say(t("blocks.made", number=made))
    return True
