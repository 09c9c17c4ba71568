"""Receipts: the text file is safe, the printer gets bytes it can print, and a fault loses nothing."""

from __future__ import annotations

import os
import socket
import stat
import threading
from pathlib import Path

import pytest

from bocli import printing
from bocli.config import Printer
from bocli.printing import CannotWrite, PrinterFault

LINES = ["Branch North", "Top-up                       100,00 EUR", "", "Łódź, Щедрик №7"]


def _body(printed: bytes) -> list[bytes]:
    """The lines between the printer's set-up and its cut."""
    return printed[3:].split(b"\x1bd")[0].split(b"\n")[:-1]


def test_a_text_file_is_new_and_its_owners_only(tmp_path: Path) -> None:
    printer = Printer(folder=tmp_path / "receipts")
    first = printing.write_text(printer, "receipt 12", LINES)
    second = printing.write_text(printer, "receipt 12", ["other"])
    assert first != second
    assert first.read_text("utf-8").splitlines() == LINES
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "..", "", "\x1b[2J", "x" * 500, "чек 7"])
def test_a_name_cannot_leave_its_folder(tmp_path: Path, name: str) -> None:
    path = printing.write_text(Printer(folder=tmp_path), name, LINES)
    assert path.parent == tmp_path
    assert path.name.isascii()
    assert len(path.name) < 100


def test_a_planted_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "target"
    target.write_text("kept")

    class Clock(printing.datetime):
        @classmethod
        def now(cls, _zone: object = None) -> Clock:
            return cls(2026, 5, 4, 10, 0, 0)

    monkeypatch.setattr(printing, "datetime", Clock)
    (tmp_path / "20260504-100000-r.txt").symlink_to(target)
    path = printing.write_text(Printer(folder=tmp_path), "r", LINES)
    assert path.name == "20260504-100000-r-1.txt"
    assert target.read_text() == "kept"


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite) as refused:
        printing.write_text(Printer(folder=tmp_path / "file" / "receipts"), "r", LINES)
    assert refused.value.key == "printer.cannot_write"


def test_hostile_text_leaves_no_control_in_file_or_printer(tmp_path: Path) -> None:
    hostile = [
        "\x1b]0;owned\x07",
        "a\rb",
        "\x9b31m",
        "\u202egnp.exe",
        "\x1bp\x00\x19\xfa",
        "tab\there",
        "a\x7fb",
    ]
    text = printing.write_text(Printer(folder=tmp_path), "r", hostile).read_text("utf-8")
    assert not [c for c in text if ord(c) < 0x20 and c != "\n"]
    assert "\u202e" not in text
    assert "\x9b" not in text
    for page in ("CP437", "CP852", "CP866"):
        for line in _body(printing.for_printer(Printer(kind="file", code_page=page), hostile)):
            assert all(byte >= 0x20 and byte != 0x7F for byte in line), line


@pytest.mark.parametrize(
    ("page", "text", "printed"),
    [
        ("CP437", "Щедрик Ґанок", b"Shchedryk Ganok"),
        ("CP437", "Łódź", b"L\xa2dz"),
        ("CP852", "Łódź", "Łódź".encode("cp852")),
        ("CP866", "Щедро", "Щедро".encode("cp866")),
        ("CP437", "5 € – „так“", b'5 EUR - "tak"'),
        ("CP437", "الاسم", b"?????"),
        ("CP1252", "Größe", "Größe".encode("cp1252")),
    ],
)
def test_what_the_page_has_not_is_said_in_latin_letters(page: str, text: str, printed: bytes) -> None:
    assert _body(printing.for_printer(Printer(kind="file", code_page=page), [text])) == [printed]


def test_an_amount_is_never_cut_off() -> None:
    printer = Printer(kind="file", columns=24)
    lines = _body(printing.for_printer(printer, ["Щука            1 234,50", "x" * 20 + " 1 234,50 EUR"]))
    assert lines[0] == b"Shchuka         1 234,50"
    assert b"".join(lines[1:]) == b"x" * 20 + b" 1 234,50 EUR"
    assert all(len(line) <= 24 for line in lines)


def test_an_unknown_code_page_is_a_clear_error() -> None:
    with pytest.raises(PrinterFault) as refused:
        printing.for_printer(Printer(kind="file", code_page="KLINGON"), LINES)
    assert refused.value.key == "printer.code_page"


def test_a_printer_of_kind_file_gets_the_bytes_with_a_cut(tmp_path: Path) -> None:
    path = printing.print_out(Printer(kind="file", folder=tmp_path), "slip", LINES)
    assert path is not None
    content = path.read_bytes()
    assert content.startswith(b"\x1bt")
    assert content.endswith(b"\x1dV\x00")


def test_without_a_printer_nothing_is_sent(tmp_path: Path) -> None:
    assert printing.print_out(Printer(folder=tmp_path), "slip", LINES) is None
    assert list(tmp_path.iterdir()) == []


def test_a_network_printer_gets_the_bytes() -> None:
    got = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            line, _ = listening.accept()
            with line:
                while part := line.recv(4096):
                    got.extend(part)

        taker = threading.Thread(target=take)
        taker.start()
        port = listening.getsockname()[1]
        printing.print_out(Printer(kind="device", path=f"tcp://127.0.0.1:{port}"), "slip", LINES)
        taker.join(10)
    assert b"Branch North\n" in bytes(got)


def test_a_serial_line_gets_the_bytes_unchanged() -> None:
    ours, theirs = os.openpty()
    try:
        path = os.ttyname(theirs)
        printing.print_out(Printer(kind="device", path=path, baud=19200), "slip", ["Kasse 1"])
        assert b"Kasse 1\n" in os.read(ours, 4096)
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/dev/usb/nothing-here", "printer.fault"),
        ("tcp://127.0.0.1:1", "printer.fault"),
        ("tcp://127.0.0.1:port", "printer.address"),
        ("tcp://", "printer.address"),
    ],
)
def test_a_printer_that_is_not_there_is_a_clear_error(path: str, key: str) -> None:
    with pytest.raises(PrinterFault) as refused:
        printing.print_out(Printer(kind="device", path=path), "slip", LINES)
    assert refused.value.key == key


def test_a_printer_with_a_wrong_speed_or_a_plain_file_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("kept")
    with pytest.raises(PrinterFault) as refused:
        printing.print_out(Printer(kind="device", path=str(plain)), "slip", LINES)
    assert refused.value.key == "printer.not_device"
    assert plain.read_text() == "kept"
    ours, theirs = os.openpty()
    try:
        with pytest.raises(PrinterFault) as refused:
            printing.print_out(Printer(kind="device", path=os.ttyname(theirs), baud=12345), "slip", LINES)
        assert refused.value.key == "printer.baud"
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_printer_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PRINTER_TIMEOUT_S", 0.2)
    ours, theirs = os.openpty()
    try:
        printer = Printer(kind="device", path=os.ttyname(theirs))
        with pytest.raises(PrinterFault) as refused:
            printing.print_out(printer, "slip", ["x" * 40] * 20000)
        assert refused.value.key == "printer.fault"
    finally:
        os.close(ours)
        os.close(theirs)
