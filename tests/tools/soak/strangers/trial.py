"""Honest senders beside strangers: nothing is lost, and the daemon holds no more than before."""

import random
import sqlite3
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from api.server.accepting import raise_descriptors
from exporter.cli.progress import Show, bar, progress
from exporter.times import now
from tests.support.deliver import sqlite
from tests.tools.soak.strangers import attacks, bodies, honest, watch
from tests.tools.soak.strangers.crew import Crew
from tests.tools.soak.strangers.held import Halves
from tests.tools.soak.strangers.ledger import Ledger
from tests.tools.soak.strangers.lives import SERVERS, Lives
from tests.tools.soak.strangers.watch import Descriptors, Look, Memory

_SENDERS, _SENT_EVERY = 20, 2.0
_READERS, _READ_EVERY = 4, 1.0
_LOCKED_EVERY, _LOCKED_SECONDS = 40.0, 5.0

_LIFE_SECONDS = 240.0
_MIN_SHORT_LIVES = 2
_LAST_LIFE = 1 / 3
"""Of the whole time: what grows slowly shows in a long life."""

_LOOK_SECONDS = 1.0
_REST_SECONDS = 30.0
"""How long the daemon may take to let go of what nobody holds any more."""

_pause = threading.Event().wait


class Trial:
    """One daemon through all its lives, and everybody who comes to it."""

    def __init__(self, folder: Path, seed: int, show: Show) -> None:
        self._lives = Lives(folder)
        self._ledger = Ledger()
        self._tally = attacks.Tally()
        self._memory: list[Memory] = []
        self._halves = Halves()
        self._honest, self._strangers = Crew(seed), Crew(seed)
        self._chance = random.Random(seed)
        self._show = show

    def run(self, seconds: float) -> list[str]:
        """Let everything happen for so long; return what is wrong."""
        self._lives.start(handed_over=False)
        idle = watch.descriptors(self._lives.pid, self._lives.database)
        senders = self._make_known()
        self._hire(senders)
        try:
            faults = list(self._live(seconds))
        finally:
            self._send_away()
        faults += [*self._rest(idle), *self._lives.stop()]
        faults += [*self._ledger.faults(self._lives.database), *watch.grown(self._memory)]
        return faults + self._tally.faults

    def close(self) -> None:
        """Let nothing go on, whatever happened."""
        self._lives.close()

    def figures(self) -> Iterator[str]:
        """Tell how it was."""
        yield from self._tally.lines()
        ledger = self._ledger
        yield (
            f"{len(ledger.acknowledged):,} reports acknowledged, {len(ledger.lost)} lost; "
            f"median {statistics.median(ledger.seconds):.2f} s, last {max(ledger.seconds):.1f} s"
        )

    def _make_known(self) -> list[honest.Sender]:
        """Let the honest machines be known, and then so many others as there may be."""
        port = self._lives.port
        senders = [honest.Sender(port, number, self._ledger) for number in range(_SENDERS)]
        for sender in senders:
            sender.run(self._chance)
        for number in range(SERVERS - _SENDERS):
            bodies.make_known(port, number)
        return senders

    def _hire(self, senders: list[honest.Sender]) -> None:
        for number, sender in enumerate(senders):
            self._honest.hire(f"sender {number}", _SENT_EVERY, sender.run)
        for number in range(_READERS):
            read = partial(honest.read, self._lives.port, self._ledger)
            self._honest.hire(f"reader {number}", _READ_EVERY, read)
        self._strangers.hire("lock", _LOCKED_EVERY, partial(_lock, self._lives.database))
        attacks.hire(self._strangers, self._lives, self._halves, self._tally)

    def _send_away(self) -> None:
        self._show("the strangers go")
        self._strangers.dismiss()
        self._halves.close()
        self._honest.dismiss()

    def _live(self, seconds: float) -> Iterator[str]:
        """Let the daemon live again and again; yield what goes wrong meanwhile."""
        lengths = _lengths(seconds, self._chance)
        for length in lengths:
            if self._memory:
                yield from self._restart()
            if not self._lives.is_over:
                yield from self._watch(length, f"{self._lives.number} of {len(lengths)}")
            if self._lives.is_over or self._has_failed:
                return

    @property
    def _has_failed(self) -> bool:
        return self._honest.failed.is_set() or self._strangers.failed.is_set()

    def _restart(self) -> Iterator[str]:
        yield from self._lives.stop()
        try:
            self._lives.start(handed_over=self._chance.random() < 0.5)
        except AssertionError as error:
            yield f"life {self._lives.number} did not begin: {error}"

    def _watch(self, seconds: float, which: str) -> Iterator[str]:
        """Look at a life again and again."""
        began, looks = time.monotonic(), [Look(0.0, watch.megabytes(self._lives.pid))]
        while looks[-1].seconds < seconds and not self._lives.is_over and not self._has_failed:
            _pause(_LOOK_SECONDS)
            looks.append(Look(time.monotonic() - began, watch.megabytes(self._lives.pid)))
            self._show(f"{bar(int(looks[-1].seconds), int(seconds))} life {which}, {self._stand()}")
        if self._has_failed:
            yield "somebody of the trial failed; the trace is above"
        if not self._lives.is_over:
            self._memory.append(watch.memory(looks, watch.peak_megabytes(self._lives.pid)))
            self._say(seconds)

    def _stand(self) -> str:
        ledger, held = self._ledger, watch.megabytes(self._lives.pid)
        taken, lost = len(ledger.acknowledged), len(ledger.lost)
        return f"{held:,.0f} MB, {taken:,} reports taken, {lost} lost"

    def _say(self, seconds: float) -> None:
        self._show("")  # a line of its own
        lives, memory = self._lives, self._memory[-1]
        how = "socket handed over" if lives.is_handed_over else "socket of its own"
        _write(
            f"life {lives.number}, {seconds:.0f} s, {how}, {lives.down_seconds:.1f} s after the"
            f" last: memory {memory.early:.0f} MB early, {memory.late:.0f} MB late,"
            f" {memory.peak:,.0f} MB at most"
        )

    def _rest(self, idle: Descriptors) -> Iterator[str]:
        """Wait until the daemon has let go of everything; yield what it never lets go of."""
        until = time.monotonic() + _REST_SECONDS
        while self._memory and not self._lives.is_over:
            rested = watch.descriptors(self._lives.pid, self._lives.database)
            kept = list(watch.kept_open(idle, rested))
            if not kept or time.monotonic() > until:
                self._show("")
                held = watch.megabytes(self._lives.pid)
                self._memory[-1] = self._memory[-1]._replace(late=held)
                _write(f"at rest {held:.0f} MB, before {idle}, now {rested}")
                yield from kept
                return
            _pause(_LOOK_SECONDS)


def run(folder: Path, minutes: float, seed: int | None = None) -> list[str]:
    """Let honest senders and strangers come for so long; return what is wrong."""
    raise_descriptors()
    chosen = now() if seed is None else seed
    _write(f"seed {chosen}")
    with progress() as show, closing(Trial(folder, chosen, show)) as trial:
        faults = trial.run(minutes * 60)
        show("")
        for line in trial.figures():
            _write(line)
    return faults


def _lengths(seconds: float, chance: random.Random) -> list[float]:
    """Return how long each life is: some short ones, for the restarts, and a long one."""
    last = seconds * _LAST_LIFE
    number = max(_MIN_SHORT_LIVES, round((seconds - last) / _LIFE_SECONDS))
    shares = [chance.uniform(0.7, 1.3) for _ in range(number)]
    return [*((seconds - last) * share / sum(shares) for share in shares), last]


def _lock(database: Path, _: random.Random) -> None:
    """Have the database for oneself for a while, if it can be had."""
    with sqlite(database) as other, suppress(sqlite3.OperationalError):
        other.execute("BEGIN IMMEDIATE")
        _pause(_LOCKED_SECONDS)
        other.execute("ROLLBACK")


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
