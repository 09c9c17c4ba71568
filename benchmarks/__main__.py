"""Runs every benchmark of this folder, one after the other: `make bench`.

What they print is shown and written to benchmarks/RESULTS.md. A benchmark is a module that runs by itself
(`python -m benchmarks.first_paint`), prints each figure beside its goal, and exits with 1 when it misses one.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.books import folder_of_benchmarks

HERE = Path(__file__).resolve().parent
#: What benchmarks share: books of any size, made once and kept in BOCLI_BOOKS, some 15 GB for ten million operations.
TOOLS = frozenset({"books"})


def main() -> int:
    """Run all, write the results, and say by the exit code whether every goal was reached."""
    modules = sorted(path.stem for path in HERE.glob("[a-z]*.py") if path.stem not in TOOLS)
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Measured",
        "",
        f"By `make bench` on {when}: {machine}.",
        "Ratios are measured side by side in one run; goals stand beside them.",
    ]
    missed = []
    for module in modules:
        print(f"== {module}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}"],
            cwd=HERE.parent,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        print(done.stdout, flush=True)
        lines += ["", f"## {module}", "```", done.stdout.rstrip(), "```"]
        if done.returncode != 0:
            missed.append(module)
    (HERE / "RESULTS.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"the books stay in {folder_of_benchmarks()}; remove that folder when you are done")
    print(f"missed: {', '.join(missed)}" if missed else "every goal was reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
