"""An application (AFR-1): the limit beside the client's history, and what may be decided."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import Resize

from bocli.widgets.ask import Ask, Reason
from bocli.widgets.dialog import Dialog, Words
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.lines import Lines
from bocli.widgets.section import Section
from core import anti_fraud
from core.anti_fraud import Application, Uplift
from core.errors import Invalid
from core.money import parse_amount
from core.texts import explain, language, t
from screens.parts.application_facts import facts, history
from screens.parts.blocking import block, moment_ahead, why
from screens.parts.paper import Sheet
from screens.parts.request import Request, done
from screens.parts.words import issuer, money

SIDE_BY_SIDE = 120


class Beside(Container):
    """Two parts beside each other where there is room, else one below the other."""

    DEFAULT_CSS = """
    Beside { layout: vertical; height: auto; }
    Beside.-wide { layout: horizontal; }
    Beside > Lines { width: 1fr; margin-bottom: 1; }
    """

    def on_resize(self, event: Resize) -> None:
        """The terminal's width decides."""
        self.set_class(self.app.size.width >= SIDE_BY_SIDE, "-wide")


class ApplicationScreen(Section[None]):
    """Take it, then decide."""

    SECTION = "application"
    found: Application | None = None

    def __init__(self, application_id: int) -> None:
        super().__init__()
        self.application_id = application_id
        self.request = Request()

    def body(self) -> ComposeResult:
        with Sheet(), Beside():
            yield Lines(id="facts")
            yield Lines(id="history")

    def crumb(self) -> str:
        return f"{t('application.title')} {self.application_id}"

    def on_mount(self) -> None:
        self.refresh_section()

    def refresh_section(self) -> None:
        self.work(self._ask())

    async def _ask(self) -> None:
        found = await self.call(lambda db: anti_fraud.detail(db, self.application_id))
        if found is not None and self.is_mounted:
            self.found = found
            self.query_one("#facts", Lines).show(*facts(found))
            self.query_one("#history", Lines).show(*history(found))
            self.refresh_bindings()

    def blocked(self, action_id: str) -> str | None:
        if not action_id.startswith("application."):
            return None
        found, verb = self.found, action_id.partition(".")[2]
        if found is None:
            return "blocked.not_loaded"
        return None if verb in ("block", "client") else why_not(found, verb)

    def act_take(self) -> None:
        self._do(
            lambda db: anti_fraud.take(db, self.request.key, self.application_id), "application.did.taken"
        )

    def act_give_back(self) -> None:
        self._do(
            lambda db: anti_fraud.give_back(db, self.request.key, self.application_id),
            "application.did.given",
        )

    def _do(self, act: Any, said: str) -> None:
        self.work(self._done(act, said))

    async def _done(self, act: Any, said: str) -> None:
        if await self.call(done(act), writes=self.request):
            self.say(t(said))
        await self._ask()

    def act_snooze(self) -> None:
        self.work(self._snooze())

    async def _snooze(self) -> None:
        until: Any = await self.app.push_screen_wait(Until())
        if until is not None:
            await self._done(
                lambda db: anti_fraud.snooze(db, self.request.key, self.application_id, until),
                "application.did.snoozed",
            )

    def act_escalate(self) -> None:
        self.work(self._reasoned(anti_fraud.escalate, "application.escalate", "application.did.escalated"))

    def act_reject(self) -> None:
        self.work(self._reasoned(anti_fraud.reject, "application.reject", "application.did.rejected"))

    async def _reasoned(self, act: Any, title: str, said: str) -> None:
        reason: Any = await self.app.push_screen_wait(Reason(t(title), words=t(f"{title}.words")))
        if reason is not None:
            await self._done(lambda db: act(db, self.request.key, self.application_id, reason), said)

    def act_approve(self) -> None:
        self.work(self._approve())

    async def _approve(self) -> None:
        assert self.found is not None
        chosen: Any = await self.app.push_screen_wait(Approve(self.found))
        if chosen is None:
            return
        reason, uplift = chosen
        did = await self.call(
            lambda db: anti_fraud.approve(db, self.request.key, self.application_id, reason, uplift),
            writes=self.request,
        )
        await self._ask()
        if did is not None and did.error is not None:
            self.show_error(t("application.did.failed", why=explain(did.error)))
        elif did is not None:
            self.say(t(f"application.did.{did.state}", number=did.operation_id or ""))

    def act_block(self) -> None:
        self.work(self._block())

    async def _block(self) -> None:
        assert self.found is not None
        client = self.found.client
        what = t("blocks.of_client", name=client["name"])
        if await block(self, self.request, what, client_id=client["client_id"]):
            await self._ask()

    def act_client(self) -> None:
        assert self.found is not None
        client_id = self.found.client["client_id"]
        self.open("screens.client:ClientScreen", client_id, then=lambda _: self.refresh_section())


class Until(Ask):
    """Asks until when."""

    required = True

    def __init__(self) -> None:
        super().__init__(
            t("application.snooze"), t("application.until"), "4h", words=t("application.until.words")
        )

    def _field(self, value: str) -> Field:
        return Field(value, check=moment_ahead, limit=20)


class Approve(Dialog[tuple[str, Uplift]]):
    """This operation only, or more room for a while too. F10 approves."""

    DO = "application.approve.do"

    def __init__(self, found: Application) -> None:
        super().__init__(t("application.approve", amount=money(found.amount, found.issuer, found.scale)))
        self.found = found

    def body(self) -> ComposeResult:
        yield Words(t("application.approve.at_desk" if self.found.at_desk else "application.approve.words"))
        ways = [(each, t(f"application.uplift.{each}")) for each in ("once", "temporary")]
        yield Form(
            ("uplift", t("application.uplift"), Choice(ways)),
            ("amount", t("application.uplift.amount"), Field(check=self._amount, required=False, limit=22)),
            ("pieces", t("application.uplift.pieces"), Field(check=_pieces, required=False, limit=7)),
            ("until", t("application.until"), Field(check=moment_ahead, required=False, limit=20)),
            ("reason", t("reason.label"), Field(check=why, limit=500)),
        )

    def _amount(self, text: str) -> int:
        return parse_amount(text, issuer(self.found.issuer, self.found.scale), language())

    def on_mount(self) -> None:
        self.query_one(Form).focus_first()

    def act_do(self) -> None:
        """Take it, when all is well."""
        form = self.query_one(Form)
        values = form.values()
        if values is None:
            return
        uplift = Uplift(values["until"], values["amount"], values["pieces"])
        wrong = "" if values["uplift"] == "once" else _wrong(uplift)
        if values["uplift"] == "once" and uplift != Uplift():
            wrong = "uplift.once_adds_nothing"
        if wrong:
            form.show_errors({"until" if wrong == "uplift.until" else "uplift": Invalid(wrong)})
            return
        self.dismiss((values["reason"], uplift))


def _wrong(uplift: Uplift) -> str:
    if uplift.amount is None and uplift.pieces is None:
        return "uplift.adds_nothing"
    return "uplift.until" if uplift.until is None else ""


def _pieces(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1_000_000):
        raise Invalid("uplift.adds_nothing")
    return int(text)


def why_not(found: Application, verb: str) -> str | None:
    """Why this cannot be done with the application now, as a key of the texts."""
    if found.state not in ("limited", "taken"):
        return "blocked.decided"
    if not found.may_decide:
        return "blocked.not_yours_to_decide"
    in_hand, free = found.state == "taken", found.state == "limited"
    asked = {
        "take": (free, "blocked.is_taken"),
        "give_back": (in_hand, "blocked.take_first"),
        "snooze": (free or found.mine, "blocked.is_taken"),
        "escalate": (not found.escalated_at, "blocked.is_escalated"),
    }
    well, reason = asked.get(verb, (True, ""))
    if not well:
        return reason
    return None if found.mine or verb in ("take", "give_back", "snooze") else "blocked.take_first"
