"""P1: from spawn to the log-in screen on a pty, against a bare Textual app with one Input, by turns.

`python -m benchmarks.first_paint [turns]` prints medians, the ratio and its goal. Clock and CPU time of
the child are both measured; on a busy machine the CPU time is the one to believe.
"""

from __future__ import annotations

import os
import resource
import select
import sys
import time
from statistics import median

from tests.pty.terminal import Terminal

GOAL = 1.15
BARE = (
    "from textual.app import App\n"
    "from textual.widgets import Input\n"
    "class Bare(App):\n"
    "    ENABLE_COMMAND_PALETTE = False\n"
    "    def compose(self):\n"
    "        yield Input(placeholder='PAINTED')\n"
    "Bare().run(mouse=False)\n"
)
OURS = (
    "from bocli.__main__ import close_debugging_doors, run\n"
    "close_debugging_doors()\n"
    "run(login='screens.log_in:LogIn', language='en')\n"
)


# The first letter of a placeholder is painted apart, as the cursor.


def turn(program: str, mark: bytes) -> tuple[float, float]:
    """Seconds by the clock and CPU seconds until `mark` was painted; the program is ended at once."""
    start = time.perf_counter()
    with Terminal("-c", program, columns=80, rows=24) as term:
        while mark not in term.raw:
            select.select([term.fd], [], [], 5)
            if not term.read(5):
                raise RuntimeError(f"nothing painted: {bytes(term.raw[-500:])!r}")
        clock = time.perf_counter() - start
        stat = open(f"/proc/{term.pid}/stat").read().rsplit(")", 1)[1].split()  # noqa: PTH123, SIM115 - one read
        cpu = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    return clock, cpu


def measure(turns: int = 15) -> dict[str, float]:
    """Medians of both programs by turns, in seconds, and their ratios."""
    bare, ours = [], []
    for _ in range(turns):
        bare.append(turn(BARE, b"AINTED"))
        ours.append(turn(OURS, b"Password"))
    found = {
        "bare_clock_s": median(each[0] for each in bare),
        "ours_clock_s": median(each[0] for each in ours),
        "bare_cpu_s": median(each[1] for each in bare),
        "ours_cpu_s": median(each[1] for each in ours),
    }
    found["clock_ratio"] = found["ours_clock_s"] / found["bare_clock_s"]
    found["cpu_ratio"] = found["ours_cpu_s"] / found["bare_cpu_s"]
    return found


def main() -> None:
    """Print what was measured beside the goal."""
    found = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
    for name, value in found.items():
        print(f"{name:16} {value:.3f}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"goal: clock_ratio at most {GOAL}; peak of the children {peak} KB")


if __name__ == "__main__":
    main()
