"""P12: a list of 1,000,000 rows as XLSX, against XlsxWriter alone on the same rows, by turns; and its peak memory.

`python -m benchmarks.export [rows]`
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

GOAL = 1.3
TURNS = 3

ROWS = """
import sys, time, resource
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
folder, count = Path(sys.argv[1]), int(sys.argv[2])
moment = datetime(2026, 11, 24, 12, tzinfo=UTC)
def rows(begin, end):
    return [
        (n, moment, "top-up", f"Client {n}", "400000001234", Decimal(n % 9_000_000) / 100) for n in range(begin, end)
    ]
windows = (rows(at, min(at + 2000, count)) for at in range(0, count, 2000))
began = time.process_time()
"""
OURS = """
from zoneinfo import ZoneInfo
from core.xlsx import write_xlsx
write_xlsx(folder, "x", list("abcdef"), windows, list, lambda _: True, zone=ZoneInfo("UTC"))
"""
ALONE = """
from xlsxwriter import Workbook
book = Workbook(folder / "alone.xlsx", {"constant_memory": True, "tmpdir": str(folder)})
sheet, at = book.add_worksheet(), 0
dates = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
money = book.add_format({"num_format": "#,##0.00"})
for window in windows:
    for number, when, what, who, serial, amount in window:
        sheet.write_number(at, 0, number)
        sheet.write_datetime(at, 1, when.replace(tzinfo=None), dates)
        sheet.write_string(at, 2, what)
        sheet.write_string(at, 3, who)
        sheet.write_string(at, 4, serial)
        sheet.write_number(at, 5, float(amount), money)
        at += 1
book.close()
"""
TELL = "\nprint(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"


def run(body: str, rows: int) -> tuple[float, int]:
    """Seconds of CPU and peak memory in KiB of one file in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", ROWS + body + TELL, folder, str(rows)]
        done = subprocess.run(
            words, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
        )
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak)


def main(rows: int = 1_000_000) -> int:
    """Measure by turns and print; the exit code says whether the goal was reached."""
    ours, alone = [], []
    for _ in range(TURNS):
        ours.append(run(OURS, rows))
        alone.append(run(ALONE, rows))
    ratio = median(seconds for seconds, _ in ours) / median(seconds for seconds, _ in alone)
    peak = max(peak for _, peak in ours) / 1024
    print(
        f"P12 XLSX of {rows:,} rows: {median(s for s, _ in ours):.1f} s CPU, {ratio:.2f}x XlsxWriter alone "
        f"(goal {GOAL}), {peak:.0f} MiB at most"
    )
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
