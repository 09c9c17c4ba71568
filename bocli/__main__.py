"""`bocli`: without a sub-command the app starts; everything else is bocli.cli's."""

from __future__ import annotations

import os
import sys


def close_debugging_doors() -> None:
    """Drop what steers Textual from the environment: other drivers, devtools, screenshots, pressed keys,
    logs.

    It must run before textual is imported, because textual.constants reads the environment once.
    """
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]
    os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"
    os.environ["TEXTUAL_ANIMATIONS"] = "none"


def main() -> int:
    """Run the program; gives its exit code."""
    arguments = sys.argv[1:]
    if any(not argument.startswith("-") for argument in arguments) or {"-h", "--help", "--version"} & {
        *arguments
    }:
        from bocli.cli import main as command

        return int(command(arguments) or 0)
    return start(arguments)


def start(options: list[str]) -> int:
    """Start the app. Configuration comes from bocli.config; a mistake in it is said in one line, code 2."""
    close_debugging_doors()
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        from core.texts import t

        sys.stderr.write(t("start.no_terminal") + "\n")
        return 2
    from bocli.config import app_options

    return run(**app_options(options))


def run(*, mouse: bool = False, **options: object) -> int:
    """Run the app with these options of BocliApp until it ends; gives the exit code."""
    from bocli.app import BocliApp

    app = BocliApp(**options)  # type: ignore[arg-type]
    app.run(mouse=mouse)
    return say_fault(app.fault) if app.fault else app.return_code or 0


def say_fault(fault: str) -> int:
    """A mistake in the program itself: say so and where, on the terminal that is whole again. Gives code
    70."""
    from core.text import clean_lines
    from core.texts import t

    sys.stderr.write(f"{clean_lines(fault)}\n{t('start.fault')}\n")
    return 70


if __name__ == "__main__":
    sys.exit(main())
