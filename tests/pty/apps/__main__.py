"""`python -m tests.pty.apps NAME`: one of the small apps, started as `bocli` starts: doors first, then
Textual."""

import sys
from importlib import import_module

from bocli.__main__ import close_debugging_doors

close_debugging_doors()
import_module(f"tests.pty.apps.{sys.argv[1]}").main()
