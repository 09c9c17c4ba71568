"""Receipts and slips: as text files, and to a receipt printer by python-escpos.

A receipt is text first: whatever becomes of the printer, the text file is written and stays. Printers know
one byte a character, from one code page at a time. A character that the chosen page has not is written in
Latin letters (Ukrainian by its official transliteration, accents left off), and what remains as `?`: a
receipt in plain letters is right, a receipt with other letters than were meant is not. Controls of any kind
never get that far: `core.text` has taken them out, and what is not printable is left out here again.
"""

from __future__ import annotations

import errno
import os
import re
import select
import socket
import stat
import termios
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.errors import BocliError

if TYPE_CHECKING:
    from bocli.config import Printer

PRINTER_TIMEOUT_S = 5
# Enough for the name of the thing and its number; anything else in a name becomes a dash.
NAME = re.compile(r"[^A-Za-z0-9-]+")

# Ukraine's official table (Cabinet of Ministers, No. 55 of 2010), without the rule for the first letter of a
# word; Russian letters beside it, by their usual Latin shape.
LETTERS = """
    а=a б=b в=v г=h ґ=g д=d е=e є=ie ж=zh з=z и=y і=i ї=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f
    х=kh ц=ts ч=ch ш=sh щ=shch ь= ю=iu я=ia ы=y э=e ё=e ъ=
"""
CYRILLIC = dict(pair.split("=") for pair in LETTERS.split())
PLAIN = {"ł": "l", "Ł": "L", "ß": "ss", "đ": "d", "ø": "o", "æ": "ae", "€": "EUR", "₴": "UAH", "−": "-"}
PLAIN |= {"–": "-", "—": "-", "‑": "-", "„": '"', "“": '"', "”": '"', "’": "'", "‘": "'", "«": '"', "»": '"'}
PLAIN |= {
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "…": "...",
    "·": ".",
    "→": "->",
    "№": "No.",
}
BOXES = str.maketrans("─━│┃┄┈═║┌┐└┘├┤┬┴┼", "--||--=|+++++++++")


class PrinterFault(BocliError):
    """The printer did not take it; the receipt is safe in its text file."""


class CannotWrite(BocliError):
    """The text file could not be written; the text says where and why."""


def folder_of(printer: Printer) -> Path:
    """Return where text files go: the configured folder, or the user's own."""
    if printer.folder is not None:
        return printer.folder
    import platformdirs

    return Path(platformdirs.user_data_dir("bocli")) / "receipts"


def write_text(printer: Printer, name: str, lines: Iterable[str]) -> Path:
    """Write lines as a new text file of this user only, and return its path.

    The name is the time and `name`; a file that is there already, or a link, is never written to.
    Raises CannotWrite.
    """
    text = "".join(f"{printable(line)}\n" for line in lines)
    return _write_new(folder_of(printer), name, "txt", text.encode())


def print_out(printer: Printer, name: str, lines: Iterable[str]) -> Path | None:
    """Send lines to the printer, and cut. Returns the file of a printer of kind "file", else None.

    Raises PrinterFault, CannotWrite. Nothing is done when there is no printer.
    """
    if printer.kind == "none":
        return None
    content = for_printer(printer, lines)
    if printer.kind == "file":
        return _write_new(folder_of(printer), name, "escpos", content)
    try:
        _send(printer, content)
    except OSError as error:
        raise PrinterFault(
            "printer.fault", {"path": printer.path, "why": error.strerror or str(error)}
        ) from error
    return None


def printable(line: str) -> str:
    """Return a line without anything that is not a letter, a mark, a number, a sign or a blank."""
    return "".join(
        char for char in line if char == " " or unicodedata.category(char)[0] not in "CZ" or char in PLAIN
    )


def for_printer(printer: Printer, lines: Iterable[str]) -> bytes:
    """Return the printer's own bytes for lines: set up, each line in its code page, feed and cut.

    Raises PrinterFault for a code page that python-escpos does not know.
    """
    from escpos.exceptions import Error as EscposError
    from escpos.printer import Dummy

    dummy = Dummy()
    try:
        dummy.charcode(printer.code_page)
        page = dummy.magic.encoder.get_encoding_name(printer.code_page)
        codec = dummy.magic.encoder
        for line in lines:
            for part in _fitted(_encoded(line, page, codec), printer.columns):
                # text() would change code pages by itself, in the middle of a line.
                dummy._raw(part + b"\n")  # noqa: SLF001 - see above
        dummy.cut()
    except (EscposError, KeyError, ValueError, LookupError) as error:
        raise PrinterFault("printer.code_page", {"name": printer.code_page}) from error
    return bytes(dummy.output)


def _encoded(line: str, page: str, codec: object) -> bytes:
    """One byte a character: the page's own, else Latin letters, else a question mark; never a control."""
    can = codec.can_encode  # type: ignore[attr-defined]
    encode = codec.encode  # type: ignore[attr-defined]
    out = bytearray()
    for char in printable(line):
        if char.isascii():
            out += char.encode()
        elif can(page, char):
            out += encode(char, page)
        else:
            out += latin(char).encode("ascii", "replace")
    return bytes(byte if byte >= 0x20 and byte != 0x7F else 0x3F for byte in out)


def _fitted(line: bytes, columns: int) -> list[bytes]:
    """Bring a line to the paper's width: blanks between columns go first, and nothing is ever cut off."""
    while len(line) > columns:
        gaps = sorted(re.findall(rb"(?<=\S) {2,}(?=\S)", line), key=len)
        if not gaps:
            break
        line = line.replace(gaps[-1], gaps[-1][:-1], 1)
    return [line[at : at + columns] for at in range(0, len(line), columns)] or [b""]


def latin(char: str) -> str:
    """Return a character in ASCII letters as well as they can say it; `?` when they cannot."""
    boxed = char.translate(BOXES)
    if boxed.isascii():
        return boxed
    if char in PLAIN:
        return PLAIN[char]
    if char.lower() in CYRILLIC:
        plain = CYRILLIC[char.lower()]
        return plain.capitalize() if char.isupper() else plain
    bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    return bare if bare.isascii() and bare != "" else "?"


def _write_new(folder: Path, name: str, ending: str, content: bytes) -> Path:
    """Make a file that was not there, readable by its owner only, on the disk when this returns."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    clean = NAME.sub("-", name).strip("-")[:60] or "receipt"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(1000):
            tail = f"-{number}" if number else ""
            path = folder / f"{stamp}-{clean}{tail}.{ending}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                descriptor = os.open(path, flags, 0o600)
            except FileExistsError:
                continue
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            return path
    except OSError as error:
        why = error.strerror or str(error)
        raise CannotWrite(
            "printer.cannot_write", {"path": str(error.filename or folder), "why": why}
        ) from error
    raise CannotWrite("printer.cannot_write", {"path": str(folder), "why": "EEXIST"})


def _send(printer: Printer, content: bytes) -> None:
    where = urlsplit(printer.path)
    if where.scheme == "tcp":
        try:
            address = (where.hostname or "", where.port or 9100)
        except ValueError as error:
            raise PrinterFault("printer.address", {"path": printer.path}) from error
        if not address[0]:
            raise PrinterFault("printer.address", {"path": printer.path})
        with socket.create_connection(address, timeout=PRINTER_TIMEOUT_S) as line:
            line.sendall(content)
        return
    # A printer that is off or out of paper takes nothing: without O_NONBLOCK the program would wait for it.
    descriptor = os.open(printer.path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISCHR(os.fstat(descriptor).st_mode):
            raise PrinterFault("printer.not_device", {"path": printer.path})
        if os.isatty(descriptor):
            _set_line(descriptor, printer.baud)
        _write_all(descriptor, content)
    finally:
        os.close(descriptor)


def _set_line(descriptor: int, baud: int) -> None:
    """Set a serial line to eight bits, no parity, no echo, and its speed."""
    speed = getattr(termios, f"B{baud}", None)
    if speed is None:
        raise PrinterFault("printer.baud", {"baud": baud})
    control = termios.CS8 | termios.CLOCAL | termios.CREAD
    blank = [0, 0, control, 0, speed, speed, termios.tcgetattr(descriptor)[6]]
    termios.tcsetattr(descriptor, termios.TCSANOW, blank)


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        if not select.select([], [descriptor], [], PRINTER_TIMEOUT_S)[1]:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        left = left[os.write(descriptor, left) :]
