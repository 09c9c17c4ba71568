"""The one table of actions. Bindings, key bar, palette, help and the cheat sheet are all read from it.

An action's id is `scope.verb`. Pressing one of its keys, or choosing it in the palette, calls `act_<verb>`
of the nearest node from the focus up to the app whose SCOPES hold that scope. Only keys that old terminals
know are used: letters, digits, F1 to F12, arrows, Tab, Enter, Esc, Space, and Ctrl with a b e f k l n o p
r u w x. Printable keys reach an action only when no field has the focus, because a field takes them first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do by a key.

    id: "scope.verb"; keys: Textual's names of keys, the first one is shown; text: catalogue key of its
    name, written "noun: verb"; grave: it moves money or ends something, so it is ignored when typed before
    the screen was painted; bar: it stands in the key bar; palette: it stands in the palette; permission:
    without it the action is not offered at all; blocked: gives the catalogue key of the reason why it
    cannot act now, or None.
    """

    id: str
    keys: tuple[str, ...]
    text: str
    grave: bool = False
    bar: bool = False
    palette: bool = True
    permission: str | None = None
    blocked: Callable[[App[Any]], str | None] | None = None

    @property
    def scope(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def verb(self) -> str:
        return self.id.split(".", 1)[1]

    @property
    def label(self) -> str:
        """Catalogue key of the short name that the key bar shows."""
        return f"{self.text}.short"


def _logged_in(app: App[Any]) -> str | None:
    return None if getattr(app, "person", None) is not None else "blocked.log_in_first"


def _outside_forms(app: App[Any]) -> str | None:
    """A digit typed into a form, even on a choice that takes none, must not lead away from it."""
    focused = app.screen.focused
    inside = focused is not None and any("form" in getattr(node, "SCOPES", ()) for node in focused.ancestors)
    return _logged_in(app) or ("blocked.in_form" if inside else None)


ACTIONS: tuple[Action, ...] = (
    # Anywhere.
    Action("app.help", ("f1", "question_mark"), "keys.app.help", bar=True),
    Action("app.palette", ("ctrl+p",), "keys.app.palette", bar=True, palette=False, blocked=_logged_in),
    Action("app.goto", ("colon",), "keys.app.goto", palette=False, blocked=_logged_in),
    Action("app.section", tuple("123456789"), "keys.app.section", palette=False, blocked=_outside_forms),
    Action("app.theme", ("f9",), "keys.app.theme"),
    Action("app.redraw", ("ctrl+l",), "keys.app.redraw"),
    Action("app.lock", ("f12",), "keys.app.lock", blocked=_logged_in),
    Action("app.log_out", ("ctrl+o",), "keys.app.log_out", blocked=_logged_in),
    Action("app.quit", ("ctrl+x",), "keys.app.quit"),
    # Every section.
    Action("section.back", ("escape",), "keys.section.back", bar=True, palette=False),
    Action("section.refresh", ("f5", "ctrl+r"), "keys.section.refresh"),
    # Lists.
    Action("table.open", ("enter",), "keys.table.open", bar=True, palette=False),
    Action("table.mark", ("space",), "keys.table.mark", bar=True, palette=False),
    Action("table.unmark", ("u",), "keys.table.unmark"),
    Action("table.filter", ("slash",), "keys.table.filter", bar=True),
    Action("table.copy", ("c",), "keys.table.copy"),
    Action("table.down", ("down", "j"), "keys.table.down", palette=False),
    Action("table.up", ("up", "k"), "keys.table.up", palette=False),
    Action("table.left", ("left",), "keys.table.left", palette=False),
    Action("table.right", ("right",), "keys.table.right", palette=False),
    Action("table.page_down", ("pagedown", "ctrl+f"), "keys.table.page_down", palette=False),
    Action("table.page_up", ("pageup", "ctrl+b"), "keys.table.page_up", palette=False),
    Action("table.first", ("home", "g"), "keys.table.first", palette=False),
    Action("table.last", ("end", "G"), "keys.table.last", palette=False),
    # Forms: Enter goes to the next field and never moves money; F2 goes on to what is shown before it is
    # done.
    Action("form.next", ("enter", "down"), "keys.form.next", palette=False),
    Action("form.previous", ("up",), "keys.form.previous", palette=False),
    Action("form.go_on", ("f2",), "keys.form.go_on", bar=True),
    # Counting by denomination.
    Action("count.down", ("enter", "down"), "keys.count.down", palette=False),
    Action("count.up", ("up",), "keys.count.up", palette=False),
    Action("count.erase", ("delete", "ctrl+u"), "keys.count.erase", palette=False),
    # Dialogs.
    Action("dialog.cancel", ("escape",), "keys.dialog.cancel", bar=True, palette=False),
    Action("dialog.do", ("f10", "ctrl+o"), "keys.dialog.do", grave=True, bar=True, palette=False),
    Action("ask.take", ("enter",), "keys.ask.take", palette=False),
    Action("palette.do_it", ("enter",), "keys.palette.do_it", palette=False),
    Action("palette.down", ("down",), "keys.palette.down", palette=False),
    Action("palette.up", ("up",), "keys.palette.up", palette=False),
    Action("press.press", ("enter", "space"), "keys.press.press", palette=False),
    # Screens add theirs below, a block for each section, the scope named as the section.
    # Choosing one of several by the arrows.
    Action("pick.down", ("down", "j"), "keys.pick.down", palette=False),
    Action("pick.up", ("up", "k"), "keys.pick.up", palette=False),
    # Lists: their columns, order, saved views, files.
    Action("listing.views", ("f3",), "keys.listing.views", bar=True),
    Action("listing.columns", ("f4",), "keys.listing.columns", bar=True),
    Action("listing.sort", ("s",), "keys.listing.sort", bar=True),
    Action("listing.export", ("f8",), "keys.listing.export", bar=True),
    Action("columns.switch", ("space",), "keys.columns.switch", bar=True, palette=False),
    Action("columns.later", ("right",), "keys.columns.later", bar=True, palette=False),
    Action("columns.earlier", ("left",), "keys.columns.earlier", bar=True, palette=False),
    Action("views.keep", ("n",), "keys.views.keep", bar=True),
    Action("views.opens", ("o",), "keys.views.opens", bar=True),
    Action("views.delete", ("delete", "x"), "keys.views.delete", bar=True),
    Action("pick.take", ("enter",), "keys.pick.take", bar=True, palette=False),
    Action("log_in.people", ("f4",), "keys.log_in.people", bar=True),
    Action("paper.print", ("f6",), "keys.paper.print", bar=True),
    # The cashier's day.
    Action("cash_day.count", ("f2",), "keys.cash_day.count", bar=True),
    Action("cash_day.x_report", ("f3",), "keys.cash_day.x_report", bar=True),
    Action("cash_day.z_report", ("f4",), "keys.cash_day.z_report", bar=True),
    Action("cash_day.abandon", ("f7",), "keys.cash_day.abandon", grave=True, bar=True),
    Action("cash_day.close", ("f8",), "keys.cash_day.close", grave=True, bar=True),
    Action("counting.send", ("f2",), "keys.counting.send", bar=True),
    Action("counting.zeros", ("f6",), "keys.counting.zeros", bar=True),
    # The accountant's desks and days.
    Action("cash_desks.review", ("f3",), "keys.cash_desks.review", bar=True),
    Action("cash_desks.assign", ("f6",), "keys.cash_desks.assign", bar=True, permission="desk:assign"),
    Action("day_review.z_report", ("f4",), "keys.day_review.z_report", bar=True, permission="z_report:read"),
    Action(
        "day_review.reconcile",
        ("f6",),
        "keys.day_review.reconcile",
        bar=True,
        permission="cash_day:reconcile",
    ),
    Action(
        "day_review.send_back",
        ("f7",),
        "keys.day_review.send_back",
        grave=True,
        bar=True,
        permission="cash_day:close",
    ),
    Action(
        "day_review.close",
        ("f8",),
        "keys.day_review.close",
        grave=True,
        bar=True,
        permission="cash_day:close",
    ),
    Action(
        "day_review.force",
        ("f3",),
        "keys.day_review.force",
        grave=True,
        bar=True,
        permission="cash_day:force_close",
    ),
    # Lists that can be filtered by fields and exported.
    Action("cash_operations.choose", ("f6",), "keys.cash_operations.choose", bar=True),
    Action("operation.reprint", ("f6",), "keys.operation.reprint", bar=True),
    # Clients who want money out: the office decides, a desk pays.
    Action("redeem_requests.tab", ("f2",), "keys.redeem_requests.tab", bar=True),
    Action(
        "redeem_requests.approve",
        ("a", "f6"),
        "keys.redeem.approve",
        grave=True,
        bar=True,
        permission="redeem:decide",
    ),
    Action(
        "redeem_requests.decline",
        ("d", "f7"),
        "keys.redeem.decline",
        grave=True,
        bar=True,
        permission="redeem:decide",
    ),
    Action(
        "redeem_requests.cancel",
        ("x",),
        "keys.redeem.cancel",
        grave=True,
        bar=True,
        permission="redeem:decide",
    ),
    Action(
        "redeem_request.approve",
        ("a", "f6"),
        "keys.redeem.approve",
        grave=True,
        bar=True,
        permission="redeem:decide",
    ),
    Action(
        "redeem_request.decline",
        ("d", "f7"),
        "keys.redeem.decline",
        grave=True,
        bar=True,
        permission="redeem:decide",
    ),
    Action(
        "redeem_request.cancel",
        ("x",),
        "keys.redeem.cancel",
        grave=True,
        bar=True,
        permission="redeem:decide",
    ),
    Action("pieces.go_on", ("f2",), "keys.redeem_pay.go_on", bar=True, palette=False),
    Action("redeem_pay.suggest", ("f6",), "keys.redeem_pay.suggest", bar=True),
    Action("withdraw.request", ("f3",), "keys.withdraw.request", bar=True, permission="redeem:pay"),
    # Accounts of staff, and the own one.
    Action("user_management.new", ("n",), "keys.user_management.new", bar=True, permission="staff:create"),
    Action("staff_member.role", ("f2",), "keys.staff_member.role", bar=True, permission="staff:set_role"),
    Action("staff_member.switch", ("f3",), "keys.staff_member.switch", bar=True, permission="staff:switch"),
    Action(
        "staff_member.password", ("f4",), "keys.staff_member.password", bar=True, permission="staff:reset"
    ),
    Action("staff_member.factor", ("f6",), "keys.staff_member.factor", bar=True, permission="staff:reset"),
    Action("staff_member.lend", ("f7",), "keys.staff_member.lend", bar=True, permission="staff:delegate"),
    Action("staff_member.end_loan", ("f8",), "keys.staff_member.end_loan", permission="staff:delegate"),
    Action(
        "staff_member.sessions", ("s",), "keys.staff_member.sessions", permission="staff:sessions", bar=True
    ),
    Action("staff_member.history", ("h",), "keys.staff_member.history", bar=True),
    Action("sessions.end_all", ("f8",), "keys.sessions.end_all", grave=True, bar=True),
    Action("my_account.password", ("f3",), "keys.my_account.password", bar=True),
    Action("my_account.enrol", ("f4",), "keys.my_account.enrol", bar=True),
    Action("my_account.recovery", ("f6",), "keys.my_account.recovery", bar=True),
    Action("my_account.sessions", ("f7",), "keys.my_account.sessions", bar=True),
    Action("my_account.actions", ("f8",), "keys.my_account.actions", bar=True),
    # Clients, coins, issuers, organizations, products.
    Action("clients.new", ("n",), "keys.clients.new", bar=True, permission="client:create"),
    Action("client.edit", ("f2",), "keys.client.edit", bar=True, permission="client:edit"),
    Action("client.coin", ("f6",), "keys.client.coin", bar=True, permission="coin:open"),
    Action("client.switch", ("f7",), "keys.client.switch", bar=True, permission="client:switch"),
    Action("coin.moment", ("f6",), "keys.coin.moment", bar=True),
    Action("coin.directions", ("f7",), "keys.coin.directions", bar=True, permission="coin:switch"),
    Action("issuers.new", ("n",), "keys.issuers.new", bar=True, permission="issuer:edit"),
    Action("issuers.switch", ("f7",), "keys.issuers.switch", bar=True, permission="issuer:edit"),
    Action("organizations.new", ("n",), "keys.organizations.new", bar=True, permission="organization:edit"),
    Action("organization.edit", ("f2",), "keys.organization.edit", bar=True, permission="organization:edit"),
    Action("organization.add", ("n",), "keys.organization.add", bar=True, permission="organization:edit"),
    Action(
        "organization.remove", ("f6",), "keys.organization.remove", bar=True, permission="organization:edit"
    ),
    Action(
        "organization.state", ("f7",), "keys.organization.state", bar=True, permission="organization:edit"
    ),
    Action("products.new", ("n",), "keys.products.new", bar=True, permission="product:edit"),
    Action("products.import", ("f7",), "keys.products.import", bar=True, permission="product:edit"),
    Action("product_import.report", ("f8",), "keys.product_import.report", bar=True),
    # Contracts, rates, cashback, and the requests by which they change.
    Action("grid.down", ("down",), "keys.grid.down", palette=False),
    Action("grid.up", ("up",), "keys.grid.up", palette=False),
    Action("grid.left", ("left",), "keys.grid.left", palette=False),
    Action("grid.right", ("right",), "keys.grid.right", palette=False),
    Action("grid.first", ("home",), "keys.grid.first", palette=False),
    Action("grid.last", ("end",), "keys.grid.last", palette=False),
    Action("grid.next", ("enter",), "keys.grid.next", palette=False),
    Action("grid.erase", ("delete", "ctrl+u"), "keys.grid.erase", palette=False),
    Action("contracts.new", ("n",), "keys.contracts.new", bar=True, permission="contract:change"),
    Action("contract.edit", ("f2",), "keys.contract.edit", bar=True, permission="contract:change"),
    Action("contract.copy", ("f3",), "keys.contract.copy", bar=True, permission="contract:change"),
    Action("contract.version", ("f6",), "keys.contract.version", bar=True),
    Action("contract.assign", ("f7",), "keys.contract.assign", bar=True, permission="contract:change"),
    Action("contract_editor.go_on", ("f2",), "keys.contract_editor.go_on", bar=True),
    Action("contract_editor.keep", ("ctrl+k",), "keys.contract_editor.keep"),
    Action("contract_editor.add", ("f3",), "keys.contract_editor.add", bar=True),
    Action("contract_editor.remove", ("f4",), "keys.contract_editor.remove", bar=True),
    Action("contract_editor.what_if", ("f6",), "keys.contract_editor.what_if", bar=True),
    Action("contract_editor.copy", ("f7",), "keys.contract_editor.copy", bar=True),
    Action("contract_editor.check", ("f8",), "keys.contract_editor.check", bar=True),
    Action(
        "change_requests.approve",
        ("f6",),
        "keys.change.approve",
        grave=True,
        bar=True,
        permission="change:decide",
    ),
    Action(
        "change_requests.reject",
        ("f7",),
        "keys.change.reject",
        grave=True,
        bar=True,
        permission="change:decide",
    ),
    Action("change_request.edit", ("f2",), "keys.change_request.edit", bar=True),
    Action("change_request.submit", ("f3",), "keys.change_request.submit", grave=True, bar=True),
    Action("change_request.withdraw", ("f4",), "keys.change_request.withdraw", grave=True, bar=True),
    Action(
        "change_request.approve",
        ("f6",),
        "keys.change.approve",
        grave=True,
        bar=True,
        permission="change:decide",
    ),
    Action(
        "change_request.reject",
        ("f7",),
        "keys.change.reject",
        grave=True,
        bar=True,
        permission="change:decide",
    ),
    Action("change_request.effect", ("f8",), "keys.change_request.effect", bar=True),
    Action("change_request.comment", ("n",), "keys.change_request.comment", bar=True),
    # Applications for operations, and blocks.
    Action("application.take", ("f2",), "keys.application.take", bar=True),
    Action("application.give_back", ("f3",), "keys.application.give_back", bar=True),
    Action("application.snooze", ("f4",), "keys.application.snooze", bar=True),
    Action("application.approve", ("f6",), "keys.application.approve", grave=True, bar=True),
    Action("application.reject", ("f7",), "keys.application.reject", grave=True, bar=True),
    Action(
        "application.escalate",
        ("f8",),
        "keys.application.escalate",
        bar=True,
        permission="application:decide",
    ),
    Action("application.block", ("b",), "keys.application.block", permission="block:make"),
    Action("application.client", ("o",), "keys.application.client", permission="client:read"),
    Action("blocks.new", ("n",), "keys.blocks.new", bar=True, permission="block:make"),
    Action("blocks.lift", ("f6",), "keys.blocks.lift", bar=True, permission="block:make"),
    Action("blocks.request", ("f7",), "keys.blocks.request", bar=True, permission="change:list"),
    Action("client.block", ("b",), "keys.client.block", permission="block:make"),
    Action("coin.block", ("b",), "keys.coin.block", permission="block:make"),
    Action("operation_detail.block", ("b",), "keys.operation_detail.block", permission="block:make"),
    Action("rates.new", ("n",), "keys.rates.new", bar=True, permission="rate:change"),
    Action("rates.band", ("b",), "keys.rates.band", permission="rate:band"),
    Action("rates.offer", ("o",), "keys.rates.offer", bar=True, permission="rate:quote"),
    Action("rates.import", ("f6",), "keys.rates.import", bar=True, permission="rate:change"),
    Action("rates.offices", ("f7",), "keys.rates.offices", bar=True),
    Action("rate_history.span", ("f6",), "keys.rate_history.span", bar=True),
    Action("offices.new", ("n",), "keys.offices.new", bar=True, permission="office:edit"),
    Action("cashback.new", ("n",), "keys.cashback.new", bar=True, permission="cashback:change"),
    # The bank: statements, payment files, money whose owner is not known yet.
    Action("bank.accounts", ("f2",), "keys.bank.accounts", bar=True),
    Action("bank.import", ("f6",), "keys.bank.import", bar=True, permission="bank:statement"),
    Action("bank.files", ("f7",), "keys.bank.files", bar=True),
    Action("bank_accounts.new", ("n",), "keys.bank_accounts.new", bar=True, permission="bank:account"),
    Action("bank_accounts.switch", ("f7",), "keys.bank_accounts.switch", bar=True, permission="bank:account"),
    Action(
        "statement.decide", ("f6",), "keys.statement.decide", grave=True, bar=True, permission="bank:match"
    ),
    Action("statement.mark", ("f7",), "keys.statement.mark", bar=True, permission="bank:match"),
    Action("payment_files.new", ("n",), "keys.payment_files.new", bar=True, permission="bank:file"),
    Action("payment_files.write", ("f6",), "keys.payment_files.write", bar=True, permission="bank:file"),
    Action("payment_make.all", ("a",), "keys.payment_make.all", bar=True),
    Action(
        "payment_make.make", ("f6",), "keys.payment_make.make", grave=True, bar=True, permission="bank:file"
    ),
    Action("transactions.choose", ("f6",), "keys.transactions.choose", bar=True),
    Action("transactions.totals", ("f7",), "keys.transactions.totals", bar=True),
    Action("user_actions.choose", ("f6",), "keys.user_actions.choose", bar=True),
    Action("user_actions.check", ("f7",), "keys.user_actions.check", bar=True),
)

_BY_ID = {action.id: action for action in ACTIONS}
_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "backspace": "Backspace",
}


def action(action_id: str) -> Action:
    """The action with this id; KeyError if there is none."""
    return _BY_ID[action_id]


@cache
def of_scope(scope: str) -> tuple[Action, ...]:
    """The actions of one scope, in the order of the table."""
    return tuple(each for each in ACTIONS if each.scope == scope)


def bindings(*scopes: str) -> list[BindingType]:
    """Textual's bindings for these scopes; every key calls `action_act` of the node that is bound."""
    found: list[BindingType] = []
    for scope in scopes:
        for each in of_scope(scope):
            for key in each.keys:
                extra = f", {key!r}" if each.id == "app.section" else ""
                found.append(Binding(key, f"act({each.id!r}{extra})", each.text, show=False))
    return found


def shown_key(key: str) -> str:
    """A key as people call it: "ctrl+p" is "^P" no more than it must be, "f2" is "F2", "slash" is "/"."""
    if key.startswith("ctrl+"):
        return f"Ctrl+{key[5:].upper()}"
    if key in _NAMES:
        return _NAMES[key]
    return key.upper() if key[0] == "f" and key[1:].isdigit() else key


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that the present screen offers, the node that does it, and why it cannot act now (or
    None)."""

    action: Action
    node: DOMNode
    why_not: str | None


def chain(app: App[Any]) -> list[DOMNode]:
    """The nodes that get keys now, from the focus up; it ends at a modal screen."""
    screen = app.screen
    focused = screen.focused
    nodes: Iterable[DOMNode] = focused.ancestors_with_self if focused is not None else (screen, app)
    found: list[DOMNode] = []
    for node in nodes:
        found.append(node)
        if node is screen and screen.is_modal:
            break
    return found


def why_not(app: App[Any], node: Any, each: Action) -> str | None:
    """The catalogue key of the reason why this action cannot act now; None when it can."""
    if each.blocked is not None and (reason := each.blocked(app)):
        return reason
    own = getattr(node, "blocked", None)
    return own(each.id) if own is not None else None


def offers(app: App[Any]) -> Iterator[Offer]:
    """What can be done from here, nearest first, and why not where it cannot be done now."""
    permissions: frozenset[str] = getattr(app, "permissions", frozenset())
    seen: set[str] = set()
    for node in chain(app):
        for scope in getattr(node, "SCOPES", ()):
            for each in of_scope(scope):
                if each.id in seen or not hasattr(node, f"act_{each.verb}"):
                    continue
                if each.permission is not None and each.permission not in permissions:
                    continue
                seen.add(each.id)
                yield Offer(each, node, why_not(app, node, each))


async def perform(app: App[Any], node: Any, each: Action, *arguments: str) -> None:
    """Do an action by its node, or say why not. A grave one typed before its screen was painted is not
    obeyed."""
    if each.permission is not None and each.permission not in getattr(app, "permissions", frozenset()):
        reason: str | None = "blocked.not_yours"
    else:
        reason = why_not(app, node, each)
    if reason is None and each.grave and getattr(app, "typed_ahead", bool)():
        reason = "blocked.typed_ahead"
    method = getattr(node, f"act_{each.verb}", None)
    if reason is None and method is None:
        reason = "blocked.not_here"
    if reason is not None:
        say = getattr(app, "say_no", None)
        if say is not None:
            say(reason)
        return
    assert method is not None
    done = method(*arguments)
    if isawaitable(done):
        await done


async def perform_by_id(app: App[Any], action_id: str) -> None:
    """Do an action as if its key had been pressed here; it must be one of `offers`."""
    for offer in offers(app):
        if offer.action.id == action_id:
            await perform(app, offer.node, offer.action)
            return


class Acting:
    """What a node needs so that the keys of its SCOPES act."""

    SCOPES: ClassVar[tuple[str, ...]] = ()

    def blocked(self, action_id: str) -> str | None:
        """The catalogue key of why this action cannot act now; None when it can. Screens override it."""
        return None

    async def action_act(self, action_id: str, *arguments: str) -> None:
        """Textual calls this for every key of the table."""
        await perform(self.app, self, action(action_id), *arguments)  # type: ignore[attr-defined]
