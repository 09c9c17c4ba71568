"""A new account: the form, the conflicts of duty before it is made, and its first password, shown once."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from bocli.widgets.dialog import Words
from bocli.widgets.fields import Choice, Field
from bocli.widgets.form import Form
from bocli.widgets.section import Section
from core.db.keyset import Keyset
from core.errors import Invalid
from core.staff import NewStaff, conflicts, create_staff, phone_number, staff_select
from core.texts import t
from screens.parts.client import Choose
from screens.parts.once import first_password
from screens.parts.staff_words import Considered, role_name, roles_to_give

FIELDS = {
    "staff.name_invalid": "name",
    "staff.email_invalid": "email",
    "staff.email_taken": "email",
    "staff.phone_invalid": "phone",
    "staff.role_not_yours": "role",
    "staff.role_unknown": "role",
    "staff.person_not_found": "person",
}
MOST_FOUND = 12


class NewMember(Section[int]):
    """Gives the number of the new account. F2 shows what will be made; F10 there makes it."""

    SECTION = "staff_new"
    DEFAULT_CSS = "NewMember Words { padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.same: Any = None
        self._looked_up = ""

    def body(self) -> ComposeResult:
        roles = roles_to_give(self.person)
        yield Words(t("staff_new.words"))
        yield Form(
            ("name", t("staff.name"), Field(limit=200)),
            ("email", t("staff.email"), Field(limit=254)),
            ("phone", t("staff.phone"), Field(check=phone_number, required=False, limit=30)),
            ("role", t("staff.role"), Choice([(role, role_name(role)) for role in roles], roles[-1])),
            ("person", t("staff_new.same_person"), Field(check=self._found, required=False, limit=100)),
        )

    def on_mount(self) -> None:
        self.form.focus_first()

    @property
    def form(self) -> Form:
        """The one form of this screen."""
        return self.query_one(Form)

    # Somebody who has an account already.

    def _found(self, text: str) -> str:
        if self.same is None or text != self._looked_up:
            raise Invalid("staff.look_up")
        return text

    def on_form_left(self, event: Form.Left) -> None:
        text = self.form.field("person").value.strip()
        if event.name == "person" and text and text != self._looked_up:
            self.work(self._find(text))

    async def _find(self, text: str) -> None:
        by = Keyset(staff_select, ("id",), newest_first=False).where("name email phone", "contains", text)
        found = await self.call(lambda db: by.page(db, None, MOST_FOUND))
        if found is None:
            return
        if not found:
            self.form.show_errors({"person": Invalid("staff.none_found")})
            return
        at: int | None = 0
        if len(found) > 1:
            lines = [(each.name, f"{each.email} · {role_name(each.role)}") for each in found]
            at = await self.app.push_screen_wait(Choose(t("staff_new.which"), lines))
        if at is not None:
            self.same = found[at]
            self._looked_up = self.form.field("person").value = found[at].email
            self.form.show_errors({})
        self.form.field("person").focus()

    # Making it.

    def on_form_go_on(self, event: Form.GoOn) -> None:
        self.work(self._make(event.values))

    async def _make(self, values: dict[str, Any]) -> None:
        person_id = self.same.person_id if values["person"] and self.same is not None else None
        found = await self.call(
            lambda db: conflicts(
                db,
                values["role"],
                person_id=person_id,
                email=values["email"],
                name=values["name"],
                phone=values["phone"],
            ),
            form=self.form,
            fields=FIELDS,
        )
        if found is None:
            return
        facts = [
            (t("staff.name"), values["name"]),
            (t("staff.email"), values["email"]),
            (t("staff.phone"), values["phone"] or "-"),
            (t("staff.role"), role_name(values["role"])),
        ]
        if person_id is not None:
            facts.append((t("staff_new.same_person"), f"{self.same.name} · {role_name(self.same.role)}"))
        sure = Considered(t("staff_new.title"), facts, t("staff_new.sure"), found)
        if not await self.app.push_screen_wait(sure):
            return
        request = NewStaff(
            self.form.key,
            values["email"],
            values["name"],
            values["role"],
            person_id=person_id,
            phone=values["phone"],
            accepted=tuple(each.code for each in found),
        )
        made = await self.call(lambda db: create_staff(db, request), writes=self.form, fields=FIELDS)
        if made is not None:
            await self.app.push_screen_wait(first_password(values["name"], made.password))
            self.finish(made.staff_id)
