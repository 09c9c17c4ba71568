"""Sizes the house holds: a screen under 250 lines, app.py under 300, a function under 70, and no vague names.

When one grows past its size it holds two things: take one out.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

SCREEN_LINES = 250
APP_LINES = 300
FUNCTION_LINES = 70
VAGUE = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common)(_|$)")


def _file_limit(path: str) -> int | None:
    if path == "bocli/app.py":
        return APP_LINES
    if path.startswith("screens/"):
        return SCREEN_LINES
    return None


def check(path: str, source: str) -> list[str]:
    """Return the faults of one Python file, as `path:line: what and what to do`."""
    faults = []
    limit = _file_limit(path)
    lines = source.count("\n")
    if limit is not None and lines >= limit:
        faults.append(f"{path}:{lines}: {lines} lines, must be under {limit}: it holds two things")
    if VAGUE.search(Path(path).stem):
        faults.append(f"{path}:1: the name says nothing: name the file after its noun")
    if path.startswith("tests/"):
        return faults
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length >= FUNCTION_LINES:
                faults.append(
                    f"{path}:{node.lineno}: {node.name}() has {length} lines, must be under {FUNCTION_LINES}"
                )
    return faults


def main() -> int:
    """Check every Python file of ours; the exit code is 1 when something is too big."""
    root = Path(__file__).resolve().parent.parent
    faults = []
    for folder in ("bocli", "screens", "core", "tools", "benchmarks", "locales", "tests", "migrations"):
        for path in sorted((root / folder).rglob("*.py")):
            faults += check(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
