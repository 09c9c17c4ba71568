"""Eight front ends at once, each a `bocli intake` of its own, killed at any moment, and their backends too.

Whoever was killed hands the same file in again. In the end what was ever answered is in the books, once, by its key,
and nothing else is; every later answer says the same; the books are right. A naive front end, which draws new keys when
it hands in again, must be found by the same look.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from core import intake
from tests.front import Front
from tests.traffic import Traffic, write
from tests.world import Person, World

ROOT = str(Path(__file__).parents[2])
SENDERS, LINES, CHUNK = 8, 150, 10
Line = dict[str, Any]
#: What a run ends with: all taken, some refused, no database for too long.
ENDS = (0, 1, 3)


@dataclass
class Answers:
    """What front ends were told, over all runs: the operation (or application, client ...) of each key."""

    of_key: dict[str, Line] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    def read(self, path: Path) -> None:
        """Take a file of results in; a killed program may have written half of the last line."""
        for line in path.read_bytes().split(b"\n")[:-1]:
            found = json.loads(line)
            self.statuses[found["status"]] += 1
            if found["status"] == "refused":
                if found["key"] in self.of_key:
                    self.contradictions.append(f"{found['key']} was taken, then {found['reason']}")
                continue
            facts = {name: found[name] for name in ("operation_id", "application_id") if name in found}
            if self.of_key.setdefault(found["key"], facts) != facts:
                self.contradictions.append(f"{found['key']}: {self.of_key[found['key']]}, then {facts}")


@dataclass
class FrontEnd:
    """A front end with its files, one after the other, each handed in until it was answered whole."""

    person: Person
    folder: Path
    environment: dict[str, str]
    files: Iterator[list[Line]]
    naive: bool = False
    answers: Answers = field(default_factory=Answers)
    #: What each key was for: the key of the line as it was first drawn.
    sent: dict[str, str] = field(default_factory=dict)
    runs: int = 0
    whole: list[Path] = field(default_factory=list)
    file: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Hand in what is under way, or the next file."""
        if self.file is None:
            self.file = self.folder / f"day{len(self.whole)}.jsonl"
            lines = next(self.files)
            self.sent |= {line["key"]: line["key"] for line in lines}
            write(self.file, lines)
        elif self.naive:
            self.draw_new_keys(self.file)
        self.hand_in(self.file)

    def draw_new_keys(self, file: Path) -> None:
        """What must never be done."""
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        for line in lines:
            first, line["key"] = self.sent[line["key"]], str(uuid4())
            self.sent[line["key"]] = first
        write(file, lines)

    def hand_in(self, file: Path) -> None:
        self.runs += 1
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bocli", "intake", str(file), "--results", str(self.results),
                 "--chunk", str(CHUNK)],
                env=self.environment, stdout=subprocess.DEVNULL, stderr=errors,
            )  # fmt: skip

    @property
    def errors(self) -> Path:
        return self.folder / f"errors{self.runs}"

    @property
    def results(self) -> Path:
        return self.folder / f"results{self.runs}.jsonl"

    def runs_on(self) -> bool:
        """Whether its program runs; what it left is read once it has ended."""
        if self.process is None:
            return False
        code = self.process.poll()
        if code is None:
            return True
        said = self.errors.read_text()
        assert code in (*ENDS, -signal.SIGKILL), (code, said)
        assert "Traceback" not in said, said
        if self.results.exists():
            self.answers.read(self.results)
        if code in (0, 1) and self.file is not None:
            self.whole.append(self.file)
            self.file = None
        self.process = None
        return False

    def end(self) -> None:
        """Go on with what is under way until it was answered whole, undisturbed."""
        deadline = time.monotonic() + 120
        while self.runs_on() or self.file is not None:
            assert time.monotonic() < deadline, self.errors.read_text()
            if self.process is None:
                self.start()
            time.sleep(0.05)


class Storm:
    """A company, its front ends, and who kills them."""

    def __init__(
        self, front: Front, folder: Path, seed: int, senders: int = SENDERS, *, naive: bool = False
    ) -> None:
        self.front = front
        self.day = Traffic(seed, 40, 4, office=front.office().id, rich=50)
        signed = front.world.as_staff(front.intake)
        assert {one.status for one in intake.take(signed, self.day.sign_ups(), chunk=20)} == {"done"}
        for email, issuer, amount in self.day.funding():
            front.match(f"{email}/{issuer}", amount, issuer)
        self.random = random.Random(seed)
        self.kills: Counter[str] = Counter()
        self.ends = [self.front_end(folder / str(number), naive) for number in range(senders)]

    def front_end(self, folder: Path, naive: bool) -> FrontEnd:
        world, person = self.front.world, self.front.world.make_staff("intake", enrolled=False)
        world.set_real_password(person)
        folder.mkdir()
        settings = world.settings
        environment = os.environ | {
            "BOCLI_LANGUAGE": "en", "BOCLI_HOSTS": settings.hosts[0], "BOCLI_DBNAME": settings.dbname,
            "BOCLI_PORT": str(settings.port), "BOCLI_SSLMODE": "disable", "BOCLI_INSTALLATION": settings.installation,
            "BOCLI_INTAKE_LOGIN": person.email, "BOCLI_INTAKE_PASSWORD": person.password, "HOME": str(folder),
            "XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder), "PYTHONPATH": ROOT,
        }  # fmt: skip
        environment.pop("BOCLI_CONFIG", None)
        return FrontEnd(person, folder, environment, iter(self.lines, None), naive)

    def lines(self) -> list[Line]:
        return list(self.day.operations(LINES))

    def rage(self, seconds: float, programs: int, backends: int) -> None:
        """All work, and are killed, a backend five times as often as a program: so long at least, and on a slow machine
        until so many were."""
        until, latest = time.monotonic() + seconds, time.monotonic() + seconds + 120
        try:
            while (
                time.monotonic() < until
                or self.kills["program"] < programs
                or self.kills["backend"] < backends
            ):
                assert time.monotonic() < latest, self.kills
                for each in self.ends:
                    if not each.runs_on():
                        each.start()
                time.sleep(self.random.uniform(0.05, 0.25))
                if self.random.random() < 0.15:
                    self.kill_program()
                else:
                    self.kill_backend()
            for each in self.ends:
                each.end()
        finally:
            for each in self.ends:
                if each.process is not None:
                    each.process.kill()
                    each.process.wait()

    def kill_program(self) -> None:
        """kill -9 of one that has begun to be answered; those that only start would never get on."""
        begun = [each for each in self.ends if each.results.exists() and each.runs_on()]
        if begun:
            process = self.random.choice(begun).process
            assert process is not None
            process.kill()
            self.kills["program"] += 1

    def kill_backend(self) -> None:
        """End one that works for a front end."""
        found = self.front.admin.execute(
            "select pid from pg_stat_activity where state = 'active' and usename = any (%s)",
            ([each.person.login for each in self.ends],),
        ).fetchall()
        if found and self.front.one("select pg_terminate_backend(%s)", self.random.choice(found)[0]):
            self.kills["backend"] += 1

    def again(self, files: int) -> None:
        """The last files that were answered whole are handed in once more, undisturbed."""
        for each in self.ends:
            for file in each.whole[-files:]:
                each.hand_in(file)
                assert each.process is not None
                each.process.wait(120)
                assert not each.runs_on()

    def faults(self) -> list[str]:
        """What is wrong between what front ends sent, what they were told, and the books."""
        found = [fault for each in self.ends for fault in each.answers.contradictions]
        held = dict(
            self.front.admin.execute(
                "select key::text, result from vault.request_key where actor_id = any (%s)",
                ([each.person.id for each in self.ends],),
            ).fetchall()
        )
        for each in self.ends:
            for key, facts in each.answers.of_key.items():
                kept = held.get(key) or {}
                if any(kept.get(name) != value for name, value in facts.items()) or key not in held:
                    found.append(f"{key}: told {facts}, the books have {held.get(key)}")
        sent = dict(pair for each in self.ends for pair in each.sent.items())
        found += [f"{key} was never sent" for key in held.keys() - sent.keys()]
        done = {key: one["operation_id"] for key, one in held.items() if one and "operation_id" in one}
        numbers, lines = Counter(done.values()), Counter(sent[key] for key in done)
        found += [f"operation {one} has {pieces} keys" for one, pieces in numbers.items() if pieces > 1]
        found += [f"line {one} was done {pieces} times" for one, pieces in lines.items() if pieces > 1]
        return found

    def done(self) -> int:
        return sum(each.answers.statuses["done"] for each in self.ends)


@pytest.fixture(scope="module")
def front(world: World) -> Front:
    made = Front(world)
    for kind in ("transfer", "payment"):
        made.limit(made.version, kind, "EUR", "operation", amount=1_000_000)
    return made


def storm(made: Storm, seconds: float, files: int) -> None:
    """Rage, go on, hand in again; nothing is lost, nothing doubled, the books are right."""
    made.rage(seconds, round(seconds / 3), round(seconds / 2))
    assert made.faults() == []
    assert made.done() > 10 * seconds, (made.done(), made.kills)
    made.front.assert_right()
    made.again(files)
    assert made.faults() == []
    made.front.assert_right()


def test_kills_among_eight_front_ends(front: Front, tmp_path: Path) -> None:
    storm(Storm(front, tmp_path, seed=5), 8, files=1)


@pytest.mark.proof
def test_a_minute_of_kills_among_eight_front_ends(front: Front, tmp_path: Path) -> None:
    made = Storm(front, tmp_path, seed=6)
    storm(made, 60, files=1000)
    print(dict(made.kills), sum((each.answers.statuses for each in made.ends), Counter()))


def test_a_front_end_that_draws_new_keys_is_found(front: Front, tmp_path: Path) -> None:
    """The control: the same look finds what a naive one doubles."""
    made = Storm(front, tmp_path, seed=7, senders=2, naive=True)
    made.rage(6, 4, 4)
    assert any("times" in fault for fault in made.faults())
