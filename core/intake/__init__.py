"""Intake: what payment front ends hand in, line by line."""

from core.intake.commands import CHUNK, MOST, Result, take
from core.intake.lines import Fault, Line, parse, read_lines
from core.intake.schema import KINDS, OPERATIONS, SCHEMA, check

__all__ = [
    "CHUNK",
    "KINDS",
    "MOST",
    "OPERATIONS",
    "SCHEMA",
    "Fault",
    "Line",
    "Result",
    "check",
    "parse",
    "read_lines",
    "take",
]
