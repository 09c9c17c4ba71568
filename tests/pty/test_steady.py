"""The driver and the pacing of keys, on a real pty, because Pilot waits between keys and has no bytes."""

from __future__ import annotations

import os
import signal
import termios
from pathlib import Path

import pytest

from tests.pty.terminal import DOWN, ENTER, ESC, F2, F10, Terminal

FORM = ("-m", "tests.pty.apps", "form")


def filled(term: Terminal) -> str:
    """What the form took, once F2 was pressed."""
    term.quiet()
    term.send(F2)
    return term.until("END").split("TOOK", 1)[1]


def test_a_burst_lands_in_the_fields_that_it_names() -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"client\t100\r")
        assert "client=client;amount=10000;" in filled(term)


def test_a_burst_by_enter_goes_down_and_moves_nothing() -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"client\r12,50\r" + b"\r" + b"remark\r")
        term.quiet()
        assert "TOOK" not in term.text()
        assert "client=client;amount=1250;way=a;note=remark" in filled(term)


def test_a_bracketed_paste_fills_fields_as_typing_would() -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"\x1b[200~client\t100\r\n\x1b[201~")
        assert "client=client;amount=10000;" in filled(term)


def test_a_pasted_key_is_not_pressed() -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"\x1b[20")
        term.send(b"0~name" + F2 + b"\x1b[21~\x1b[201~")
        term.quiet()
        assert "Error" not in term.text() and "!" not in term.text()
        term.send(b"\t3\r")
        assert "amount=300;" in filled(term)


def test_a_pasted_escape_sequence_is_only_text() -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"\x1b[200~a\x1b]52;c;YQ==\x07b\x1b[201~\t1\r")
        term.quiet()
        assert b"]52;" not in term.raw
        assert "amount=100;" in filled(term)


@pytest.mark.parametrize("byte", [b"\xe9", b"\xff", b"\xc3(", b"\x80", b"\x00", b"\x1a", b"\x1c", b"\x03"])
def test_a_byte_that_means_nothing_does_no_harm(byte: bytes) -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"caf" + byte + b"x\t7\r")
        took = filled(term)
        assert "client=caf" in took and "amount=700;" in took


def test_a_latin_1_byte_says_what_is_wrong_with_the_terminal() -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"caf\xe9")
        term.until("not UTF-8")


def test_a_lone_escape_is_soon_obeyed() -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"x" + F2)
        term.until("!")
        term.send(b"\x1bOP")
        term.until("keys and meaning")
        term.send(ESC)
        term.until("Client", seconds=2)


@pytest.mark.parametrize("client", ["me", "123", "Zoë", "-5"])
@pytest.mark.parametrize("packets", [1, 2])
def test_escape_and_a_key_in_one_packet_are_two_keys(client: str, packets: int) -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"\x1bOP")
        term.until("keys and meaning")
        typed = client.encode() + b"\t5\r"
        for part in [ESC + typed] if packets == 1 else [ESC, typed]:
            term.send(part)
        assert f"client={client};amount=500;" in filled(term)


def test_shift_tab_of_the_linux_console() -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"\t5\x1b\tme\t\r")
        assert "client=me;amount=500;" in filled(term)


def test_an_arrow_in_two_packets_is_still_an_arrow() -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"\x1b")
        term.send(b"[B")
        term.send(b"5\r")
        term.quiet()
        term.send(b"\x1b[A\x1b[A" + b"\x1b[A" + b"me")
        assert "client=me;amount=500;" in filled(term)


def test_letters_type_and_do_not_act_in_a_field() -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"?/:123gGjkcu \t4\r")
        assert "client=?/:123gGjkcu;amount=400;" in filled(term)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_in_the_middle_of_a_form_ends_in_order(number: int, tmp_path: Path) -> None:
    note = tmp_path / "closed"
    with Terminal(*FORM, env={"CLOSED_NOTE": str(note)}) as term:
        before = termios.tcgetattr(term.fd)
        term.until("Client")
        term.send(b"half")
        term.until("half")
        assert termios.tcgetattr(term.fd)[3] != before[3]
        os.kill(term.pid, number)
        assert term.ended() == 0
        assert note.read_text() == "closed"
        assert term.raw.endswith(b"\x1b[?25h") or b"\x1b[?1049l" in term.raw[-60:]
        assert termios.tcgetattr(term.fd)[3] == before[3]


def test_a_hang_up_in_the_middle_of_a_form_ends_in_order(tmp_path: Path) -> None:
    note = tmp_path / "closed"
    with Terminal(*FORM, env={"CLOSED_NOTE": str(note)}) as term:
        term.until("Client")
        term.send(b"half")
        term.until("half")
        os.close(term.fd)
        assert term.gone() in (0, -signal.SIGHUP)
        assert note.read_text() == "closed"


def test_nothing_is_asked_that_old_terminals_do_not_know() -> None:
    with Terminal(*FORM, term="linux") as term:
        term.until("Client")
        term.send(b"abc" + DOWN)
        term.quiet()
        for unknown in (b"\x1b[>", b"$p", b"\x1b]", b"?1000h", b"?1003h", b"?1004h", b"?12h"):
            assert unknown not in term.raw


def test_a_grave_key_typed_ahead_moves_nothing() -> None:
    with Terminal("-m", "tests.pty.apps", "table") as term:
        term.until("000000001")
        term.quiet()
        term.send(ENTER + F10)
        term.until("typed before")
        assert "Opened" in term.text()
        term.send(F10)
        term.quiet()
        assert "Opened" not in term.text()


def test_ctrl_z_and_a_stop_signal_leave_no_shell() -> None:
    with Terminal(*FORM) as term:
        term.until("Client")
        term.send(b"a\x1ab")
        os.kill(term.pid, signal.SIGTSTP)
        term.send(b"c")
        term.until("abc")


@pytest.mark.parametrize(
    "door",
    [
        {"TEXTUAL": "devtools,debug"},
        {"TEXTUAL_DRIVER": "nowhere:Driver"},
        {"TEXTUAL_SCREENSHOT": "0"},
        {"TEXTUAL_PRESS": "q,u,i,t"},
        {"TEXTUAL_LOG": "/tmp/bocli-must-not-be-written"},
        {"TEXTUAL_ALLOW_SIGNALS": "1"},
        {"TEXTUAL_SHOW_RETURN": "1"},
    ],
)
def test_textuals_debugging_doors_are_closed(door: dict[str, str]) -> None:
    with Terminal(*FORM, env=door) as term:
        term.until("Client")
        term.send(b"a\x03b")
        term.until("ab")
    assert not Path("/tmp/bocli-must-not-be-written").exists()
