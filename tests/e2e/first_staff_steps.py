"""An empty database, its first administrator, and everybody's first log-in, by the real program in tmux.

The administrator creates a member of every role; each logs in with the password that was handed over, chooses
another one, enrols a second factor, and comes to a home that shows their sections. Then each tries, with their own
login and past the program, one thing that is not theirs, and the database refuses it.
"""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bocli import embedded
from bocli.demo import DATABASE
from bocli.demo.company import empty_database
from core.db.settings import KDFS
from core.permissions import ROLES, SERVICE_ROLES
from core.staff.secrets import derive, login_name, totp_code
from tests.e2e.steps import Steps, main, take_away
from tests.e2e.tmux import Terminal, Terminals

BOCLI = f"{sys.executable} -m bocli"
COMPANY = "First Company"
#: What each role tries beyond its rights, as the one who has psql would: what it is, and the statement.
BEYOND = {
    "administrator": ("post past the books", "insert into vault.posting default values"),
    "cfo": ("add a unit of value", "select api.issuer_switch(gen_random_uuid(), 1, false)"),
    "financial_specialist": ("read the log", "select * from api.audit_log"),
    "cashier": ("close the own day", "select api.desk_day_close(gen_random_uuid(), 1, 1, 'x')"),
    "accountant": ("take cash", "select api.cash_top_up(gen_random_uuid(), 1, 1, 'EUR', 1, 0)"),
    "compliance": ("shut a wallet", "select api.coin_switch(gen_random_uuid(), 1, false, false, 'x')"),
    "anti_fraud": ("sign a client up", "select api.client_create(gen_random_uuid(), '', '', '', '', '', '', '[]')"),
    "support_manager": ("look at wallets", "select * from api.coins"),
    "support_agent": ("look at staff", "select * from api.staff_list"),
    "intake": ("shut a wallet", "select api.coin_switch(gen_random_uuid(), 1, false, false, 'x')"),
}  # fmt: skip


@dataclass
class Person:
    """Who logs in: made by the administrator at the screen."""

    role: str
    name: str
    email: str
    password: str = ""
    secret: bytes = b""
    used: set[str] = field(default_factory=set)

    def code(self) -> str:
        """A code that was not used yet: the next half minute's, if need be; a program has none."""
        if not self.secret:
            return ""
        while (found := totp_code(self.secret, time.time())) in self.used:
            time.sleep(1)
        self.used.add(found)
        return found


class Script:
    """What the steps share."""

    def __init__(self, steps: Steps, terminals: Terminals, server: embedded.Server) -> None:
        self.steps, self.terminals, self.server = steps, terminals, server
        self.installation = ""
        self.first = Person("administrator", "First Person", "first@company.example")
        self.people = [
            Person(role, f"{role.replace('_', ' ').title()} One", f"{role.replace('_', '.')}@company.example")
            for role in ROLES
        ]

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """What the books say, asked past the program by the owner of the server."""
        with psycopg.connect(self.server.dba(DATABASE), autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def open(self, name: str) -> Terminal:
        terminal = self.terminals.open(name, BOCLI, columns=100, lines=32)
        terminal.wait("E-mail")
        return terminal


def install(script: Script, config: Path) -> None:
    """The empty database, `bocli init`, and the terminal's file: what a DBA does."""
    with script.steps.step("bocli init makes an empty database ready and prints the first password"):
        empty_database(script.server.dba(), DATABASE)
        words = ["--dba", script.server.dba(DATABASE), "--company", COMPANY]
        who = ["--email", script.first.email, "--name", script.first.name]
        done = subprocess.run(
            [sys.executable, "-m", "bocli", "init", *words, *who], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found = re.search(r"\b([0-9a-f]{32})\b", done.stdout)
        assert found is not None, done.stdout
        script.installation = found[1]
        secret = re.search(r"\b([0-9a-z]{4,}(?:-[0-9a-z]{4,})+)\b", done.stdout.split(script.first.email)[1])
        assert secret is not None, done.stdout
        script.first.password = secret[1]
        assert script.ask("select count(*) from book.staff") == [(1,)]
        assert script.ask("select count(*) from vault.operation") == [(0,)]
    folder = config / "bocli"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(
        f'installation = "{script.installation}"\nlanguage = "en"\n[database]\nhost = "{script.server.socket}"\n'
        f'port = {script.server.port}\ndbname = "{DATABASE}"\nsslmode = "disable"\n',
        encoding="utf-8",
    )


def first_log_in(script: Script, terminal: Terminal, person: Person) -> None:
    """The password handed over, another one, the second factor and its recovery codes (a program has none), home."""
    terminal.type(person.email).press("Tab").type(person.password).press("Enter")
    terminal.wait("New password", "The same again")
    chosen = f"seven lamps by the {person.email.split('@')[0][::-1]} tram"
    terminal.type("password1234").press("Enter").type("password1234").press("F2")
    terminal.wait("!")
    terminal.press("Escape") if "Esc" not in terminal.screen() else None
    retype(terminal, chosen)
    if person.role in SERVICE_ROLES:
        person.password = chosen
        terminal.wait(f"Hello, {person.name}")
        return
    screen = terminal.wait("Or type this secret there")
    rows = screen.split("Or type this secret there", 1)[1].splitlines()[1:]
    letters = "".join(re.sub(r"[^A-Z2-7 ].*$", "", row.strip()) for row in rows[:4] if row.strip())
    letters = re.sub(r"[^A-Z2-7]", "", letters)[:32]
    person.secret, person.password = base64.b32decode(letters), chosen
    terminal.type(person.code()).press("F2")
    screen = terminal.wait("Recovery codes, shown only now", "I have written it down")
    assert len(re.findall(r"\b[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}\b", screen)) == 10, screen
    time.sleep(3.2)
    terminal.press("F10").wait(f"Hello, {person.name}")


def retype(terminal: Terminal, chosen: str) -> None:
    """Both fields anew: the first one has the focus after an error."""
    terminal.press("C-u").type(chosen).press("Enter", "C-u").type(chosen).press("F2")


def create(script: Script, terminal: Terminal, person: Person) -> None:
    """One account at the administrator's screen; the first password is read off it."""
    terminal.press("n").wait("Same person as" if "Same person as" in terminal.screen() else "Phone")
    terminal.type(person.name).press("Enter").type(person.email).press("Enter", "Enter")
    for _ in range(len(ROLES) - 1 - ROLES.index(person.role)):
        terminal.press("Left")
    terminal.press("F2").wait(person.email, "F10")
    terminal.press("F10")
    screen = terminal.wait_any("First password, shown only now", "One-time code")
    if "First password" not in screen:
        # A grave act wants a fresh code; it is good for five minutes.
        terminal.type(script.first.code()).press("Enter")
        screen = terminal.wait("First password, shown only now", timeout_s=20)
    found = re.search(r"│\s+([0-9a-zA-Z]{4,}(?:-[0-9a-zA-Z]{4,})+)\s+│", screen)
    assert found is not None, screen
    person.password = found[1]
    time.sleep(3.2)
    terminal.press("F10").wait("User management", "F3")


def beyond(script: Script, person: Person) -> str:
    """Try it with the person's own login, past the program; the SQLSTATE of the refusal."""
    login = login_name(script.installation, person.email)
    secret = derive(script.installation, login, person.password, KDFS[0])
    where = {"host": str(script.server.socket), "port": script.server.port, "dbname": DATABASE}
    with psycopg.connect(user=login, password=secret, autocommit=True, **where) as connection:
        opened = connection.execute("select api.session_open(%s)", (person.code(),)).fetchone()
        assert opened is not None
        assert "token" in opened[0], opened
        try:
            connection.execute(BEYOND[person.role][1].encode())
        except psycopg.Error as error:
            return str(error.sqlstate)
    return "it was done"


def script(steps: Steps, environment: dict[str, str]) -> None:
    server = embedded.server_in(embedded.home())
    terminals = Terminals(environment)
    try:
        with embedded.running(server):
            it = Script(steps, terminals, server)
            install(it, Path(environment["XDG_CONFIG_HOME"]))
            with steps.step("the first administrator: password changed, second factor enrolled"):
                boss = it.open("first")
                first_log_in(it, boss, it.first)
            boss.press("1").wait("User management")
            for person in it.people:
                with steps.step(f"the administrator creates: {person.role}"):
                    create(it, boss, person)
            with steps.step(
                "a second account with the same e-mail in other letters is refused under its field"
            ):
                boss.press("n").wait("Phone")
                boss.type("Somebody Else").press("Enter").type(it.people[0].email.upper()).press("F2", "F10")
                boss.wait("!", "e-mail")
                boss.press("Escape", "Escape").wait("User management")
            for person in it.people:
                with steps.step(f"{person.role}: first log-in, forced password change, second factor, home"):
                    terminal = it.open(person.role)
                    first_log_in(it, terminal, person)
                    terminals.run("kill-session", "-t", person.role)
            for person in it.people:
                what = BEYOND[person.role][0]
                with steps.step(f"{person.role} tries to {what}: refused by the database"):
                    state = beyond(it, person)
                    assert state in ("42501", "BO012"), state
            with steps.step("the log has every account, and its chains are whole"):
                made = it.ask("select count(*) from vault.log where what = 'staff.create' and not refused")
                assert made == [(len(ROLES),)], made
                done = subprocess.run(
                    [sys.executable, "-m", "bocli", "audit", "verify", "--dba", server.dba(DATABASE)],
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, done.stdout + done.stderr
    finally:
        terminals.close()
        if len(sys.argv) < 2:
            take_away(server)


if __name__ == "__main__":
    main(script)
