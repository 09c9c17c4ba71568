"""The command line. `bocli` alone starts the program; the sub-commands set up, check and try.

Exit codes: 0 done; 1 refused, or something is wrong with what was looked at; 2 used wrongly, or the
configuration cannot be used; 3 the database cannot be reached; 130 ended by Ctrl+C.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from importlib import metadata
from typing import Any, NoReturn

from core import text as letters
from core.errors import BocliError, Unavailable
from core.texts import language, set_language, t

DONE, REFUSED, WRONG_USE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130
SECRET_IN_DSN = re.compile(r"pass(word|file)?\s*=|://[^/@\s]*:[^/@\s]*@", re.IGNORECASE)
# argparse says what is wrong in English; these are the beginnings of it, and what we say instead.
WRONG = {
    "the following arguments are required: ": "cli.wrong.missing",
    "unrecognized arguments: ": "cli.wrong.unknown",
    "invalid choice: ": "cli.wrong.choice",
    "expected one argument": "cli.wrong.value",
}


class Parser(argparse.ArgumentParser):
    """argparse, speaking the catalogue's language."""

    def __init__(self, **words: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, **words)
        self._positionals.title = t("cli.head.commands")
        self._optionals.title = t("cli.head.options")
        self.add_argument("-h", "--help", action="help", help=t("cli.help"))

    def format_usage(self) -> str:
        """The usage line, with our word for it."""
        return super().format_usage().replace("usage: ", f"{t('cli.head.usage')}: ", 1)

    def format_help(self) -> str:
        """The whole help, with our word for usage, right-to-left lines as they are to be shown."""
        text = super().format_help().replace("usage: ", f"{t('cli.head.usage')}: ", 1)
        return "\n".join(letters.visual(line, language()) for line in text.splitlines()) + "\n"

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how it is used; exit code 2."""
        option = re.match(r"argument ([^:]+): ", message)
        about = option[1] if option else ""
        for begin, key in WRONG.items():
            if begin in message:
                rest = message.split(begin, 1)[1]
                what = rest.split(" (choose", 1)[0].strip("'\"") or about
                complain(t(key, what=what))
                break
        else:
            complain(t("cli.wrong.use", what=message))
        sys.stderr.write(self.format_usage())
        raise SystemExit(WRONG_USE)


def say(line: str = "") -> None:
    """One line on standard output, as it is to be shown."""
    for each in line.split("\n"):
        print(letters.visual(each, language()))


def complain(line: str) -> None:
    """One line on standard error, as it is to be shown."""
    for each in line.split("\n"):
        print(letters.visual(each, language()), file=sys.stderr)


def parser() -> Parser:
    """Everything that can be said on the command line."""
    top = Parser(prog="bocli", description=t("cli.about"), epilog=t("cli.codes"))
    top.add_argument("--version", action="store_true", help=t("cli.version"))
    _app_options(top)
    commands = top.add_subparsers(dest="command", metavar=t("cli.command"))

    def command(name: str, key: str) -> Parser:
        return commands.add_parser(name, help=t(key), description=t(key))

    demo = command("demo", "cli.demo")
    demo.add_argument("--reset", action="store_true", help=t("cli.demo.reset"))
    demo.add_argument("--yes", action="store_true", help=t("cli.demo.yes"))
    demo.add_argument("--prepare-only", action="store_true", help=t("cli.demo.prepare_only"))
    init = command("init", "cli.init")
    init.add_argument("--dba", metavar="DSN", required=True, help=t("cli.dba"))
    for name, key in (
        ("company", "cli.init.company"),
        ("email", "cli.init.email"),
        ("name", "cli.init.name"),
    ):
        init.add_argument(f"--{name}", required=True, help=t(key))
    migrate = command("migrate", "cli.migrate")
    migrate.add_argument("--dba", metavar="DSN", required=True, help=t("cli.dba"))
    doctor = command("doctor", "cli.doctor")
    _whose(doctor)
    audit = command("audit", "cli.audit")
    acts = audit.add_subparsers(dest="act", metavar=t("cli.command"), required=True)
    verify = acts.add_parser("verify", help=t("cli.audit.verify"), description=t("cli.audit.verify"))
    verify.add_argument("--checkpoint", metavar="FILE", help=t("cli.audit.against"))
    _whose(verify)
    checkpoint = acts.add_parser("checkpoint", help=t("cli.audit.checkpoint"))
    checkpoint.add_argument("file", metavar="FILE", help=t("cli.audit.file"))
    _whose(checkpoint)
    _whose(acts.add_parser("balance", help=t("cli.audit.balance")))
    _intake_options(command("intake", "cli.intake"))
    return top


def _intake_options(group: Parser) -> None:
    group.add_argument("file", metavar="FILE", nargs="?", default="-", help=t("cli.intake.file"))
    group.add_argument("--results", metavar="FILE", help=t("cli.intake.results"))
    group.add_argument("--login", metavar="EMAIL", help=t("cli.intake.login"))
    group.add_argument("--password-file", metavar="FILE", help=t("cli.intake.password_file"))
    group.add_argument("--chunk", metavar="N", type=int, default=1000, help=t("cli.intake.chunk"))
    group.add_argument("--connections", metavar="N", type=int, default=2, help=t("cli.intake.connections"))
    group.add_argument("--check", action="store_true", help=t("cli.intake.check"))
    group.add_argument("--demo", action="store_true", help=t("cli.of_demo"))


def _app_options(group: Parser) -> None:
    group.add_argument("--config", metavar="FILE", help=t("cli.config"))
    group.add_argument("--language", metavar="CODE", help=t("cli.language"))
    group.add_argument("--theme", metavar="NAME", help=t("cli.theme"))
    group.add_argument("--mouse", action="store_true", help=t("cli.mouse"))


def _whose(group: Parser) -> None:
    which = group.add_mutually_exclusive_group()
    which.add_argument("--dba", metavar="DSN", help=t("cli.dba"))
    which.add_argument("--demo", action="store_true", help=t("cli.of_demo"))


def use_environments_language() -> None:
    """Take the language of BOCLI_LANGUAGE, or else of the locale."""
    names = ("BOCLI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    set_language(next((os.environ[name] for name in names if os.environ.get(name)), "en"))
    letters.set_rtl("terminal" if os.environ.get("BOCLI_RTL") == "terminal" else "program")


def run(argv: list[str]) -> int:
    """Do what the command line says (without the program's name); gives the exit code.

    What is expected to go wrong is said in a line, without a traceback.
    """
    use_environments_language()
    try:
        asked = parser().parse_args(argv)
        if asked.language:
            set_language(asked.language)
        if asked.config:
            os.environ["BOCLI_CONFIG"] = asked.config
        if asked.version:
            say(f"bocli {metadata.version('bocli')}")
            return DONE
        return _do(asked, argv)
    except SystemExit as end:
        return int(end.code or 0)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has gone; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except Exception as error:
        code = _said(error)
        if code is None:
            raise
        return code


main = run


def _do(asked: argparse.Namespace, argv: list[str]) -> int:
    if asked.command is None:
        from bocli.__main__ import start

        return start(argv)
    if asked.command == "demo":
        from bocli import demo

        look = {"language": language(), "theme": asked.theme or os.environ.get("BOCLI_THEME", "")}
        words = {"reset": asked.reset, "yes": asked.yes, "prepare_only": asked.prepare_only}
        return demo.run(**words, ask=_ask, options={**look, "mouse": asked.mouse})
    acts = {"init": _init, "migrate": _migrate, "doctor": _doctor, "audit": _audit, "intake": _intake}
    return acts[asked.command](asked)


def _ask(question: str) -> bool:
    """Ask on the terminal; anything but the language's yes is a no, and so is no terminal."""
    if not sys.stdin.isatty():
        complain(t("cli.needs_yes"))
        return False
    try:
        answer = input(f"{question} [{t('cli.yes')}/{t('cli.no')}] ")
    except EOFError:
        return False
    return answer.strip().casefold() == t("cli.yes").casefold()


def _said(error: Exception) -> int | None:
    """Say an expected error in words and return its exit code; None for a mistake in the program."""
    from core.db.install import InstallError

    if isinstance(error, BocliError):
        from bocli.config import BadConfig
        from core.texts.errors import explain

        complain(explain(error))
        if isinstance(error, BadConfig):
            return WRONG_USE
        return UNREACHABLE if isinstance(error, Unavailable) else REFUSED
    if isinstance(error, InstallError):
        complain(t("cli.install_failed", why=str(error)))
        return REFUSED
    from core.audit import CheckpointError

    if isinstance(error, CheckpointError):
        complain(t(f"error.{error.key}", **error.params))
        return REFUSED
    if isinstance(error, FileExistsError):
        complain(t("cli.file_exists", path=str(error.filename)))
        return REFUSED
    if isinstance(error, OSError):
        complain(t("cli.file", path=str(error.filename or "-"), why=error.strerror or str(error)))
        return REFUSED
    return _said_by_database(error)


def _said_by_database(error: Exception) -> int | None:
    import psycopg

    if not isinstance(error, psycopg.Error):
        return None
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
        complain(t("cli.dsn_malformed", why=first))
        return WRONG_USE
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        complain(t("cli.unreachable", why=first))
        return UNREACHABLE
    complain(t("cli.database_refused", state=error.sqlstate or "-", why=first))
    return REFUSED


def _checked_dsn(dsn: str) -> str:
    """A connection string without a secret: the list of processes shows the command line to everybody."""
    if SECRET_IN_DSN.search(dsn):
        complain(t("cli.secret_in_dsn"))
        raise SystemExit(WRONG_USE)
    return dsn


def _init(asked: argparse.Namespace) -> int:
    from core.db.init import init

    made = init(_checked_dsn(asked.dba), asked.company, asked.email, asked.name)
    say(t("cli.init.done", company=asked.company))
    say(t("cli.init.installation", installation=made.installation))
    say(t("cli.init.first", email=made.email, password=made.password))
    return DONE


def _migrate(asked: argparse.Namespace) -> int:
    from core.db.init import migrate

    migrate(_checked_dsn(asked.dba))
    say(t("cli.migrate.done"))
    return DONE


def _doctor(asked: argparse.Namespace) -> int:
    from bocli import doctor

    return doctor.run(_checked_dsn(asked.dba) if asked.dba else None, demo=asked.demo)


def _audit(asked: argparse.Namespace) -> int:
    from bocli.auditing import audit

    return audit(asked.act, dba=_checked_dsn(asked.dba or ""), demo=asked.demo, file=_audit_file(asked))


def _intake(asked: argparse.Namespace) -> int:
    from bocli import intake

    return intake.run(asked)


def _audit_file(asked: argparse.Namespace) -> str | None:
    found = asked.file if asked.act == "checkpoint" else getattr(asked, "checkpoint", None)
    return str(found) if found else None
