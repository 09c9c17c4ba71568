"""Makes the README's pictures from the running program: `make pictures`.

The program runs in a real terminal (tmux) on a demo of its own; what stands on its screen is drawn as SVG.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from bocli import embedded
from tests.e2e.cash_day_steps import Script, open_request, opening
from tests.e2e.steps import Steps, home_of_its_own
from tests.e2e.tmux import Terminal, Terminals

HERE = Path(__file__).resolve().parents[1] / "docs" / "pictures"
THEME = TerminalTheme((0, 0, 0), (220, 223, 228), [(0, 0, 0)] * 8, [(128, 128, 128)] * 8)


def draw(terminals: Terminals, terminal: Terminal, name: str, title: str) -> None:
    """Write what stands on the terminal now, colours and all, as docs/pictures/<name>.svg."""
    screen = terminals.run("capture-pane", "-p", "-e", "-N", "-t", terminal.name)
    console = Console(
        record=True, width=100, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    # One decoder for all lines: tmux writes a colour once and leaves it on.
    for line in AnsiDecoder().decode(screen):
        console.print(line, no_wrap=True, crop=True, overflow="crop")
    HERE.mkdir(parents=True, exist_ok=True)
    svg = without_fonts(console.export_svg(title=title, theme=THEME, unique_id=name))
    (HERE / f"{name}.svg").write_text(
        "\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8"
    )
    print(f"docs/pictures/{name}.svg")


def without_fonts(svg: str) -> str:
    """Rich points at a font on the web; a picture of ours asks nobody for anything."""
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace")


def main() -> None:
    """All pictures, one road through the program."""
    import os

    environment = home_of_its_own()
    os.environ.update(environment)
    subprocess.run([sys.executable, "-m", "bocli", "demo", "--prepare-only"], check=True, capture_output=True)
    terminals = Terminals(environment)
    try:
        script = Script(Steps(), terminals)
        script.cashier = script.log_in("cashier", "cashier@demo.example")
        opening(script)
        script.cashier.press("Escape").wait("Hello")
        draw(terminals, script.cashier, "home", "bocli · cashier")
        phone = script.ask(
            "select phone from book.client where name like 'Client%%' and not blocked order by id"
        )[0][0]
        cashier = script.cashier
        cashier.press("2").wait("Top up wallet", "Amount")
        cashier.type(str(phone)).press("Tab").wait("Client 0")
        cashier.press("Enter").type("250").press("F2").wait("what will be posted", "Cash to take")
        draw(terminals, cashier, "preview", "bocli · what will be posted")
        cashier.press("Escape", "Escape").wait("Hello")
        accountant = script.log_in("accountant", "accountant@demo.example")
        accountant.press("1").wait("North 2")
        open_request(accountant, "North 2")
        draw(terminals, accountant, "review", "bocli · a close request")
    finally:
        terminals.close()
        server = embedded.server_in(embedded.home())
        embedded.stop(server)
        embedded.remove(server)


if __name__ == "__main__":
    main()
