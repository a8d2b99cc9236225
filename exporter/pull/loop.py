"""Scheduled pulls, from one server after the other, while the daemon serves."""

import contextlib
import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Self

from exporter.config.pull_targets import PullTarget
from exporter.ingest.importer import ImportOutcome, ReportImporter
from exporter.logs import log_fields
from exporter.pull.bookmarks import Bookmarks
from exporter.pull.client.errors import ServerError, StoppedError
from exporter.pull.client.server import DuplicatiServer
from exporter.pull.client.transport import Pause
from exporter.pull.matching import TargetIndex
from exporter.pull.noting import PullNotes, note_pull
from exporter.pull.pull_server import PullProgress, pull_server
from exporter.pull.summary import MAX_REASONS, Summary
from exporter.pull.turns import PullTurns
from exporter.store import StoreUnavailableError
from exporter.times import SECOND, Millis

Open = Callable[[PullTarget, Pause], DuplicatiServer]
"""Opens a client of a server, with the pause between two tries; raises `ServerError`."""

FAILURES_IN_A_ROW = 3
"""After so many pulling from a server is failing: one alone may be a restart of it."""

_LOOK_SECONDS = 10.0
"""How often it is asked which of several daemons pulls."""

MAX_GOODBYE_SECONDS = 5.0
"""A server that is slow to answer must not delay the end of the daemon."""

_log = logging.getLogger(__name__)


class _Ended(NamedTuple):
    """How a pull ended: whether it got everything, and the problem, empty if there is none.

    A backup that is not monitored is a problem, although everything was pulled.
    """

    well: bool
    problem: str

    @classmethod
    def of(cls, summary: Summary) -> Self:
        """Return how a pull ended that ran to its end."""
        wrong = summary.unwatched[:MAX_REASONS] if summary.complete else summary.problems
        return cls(summary.complete, "; ".join(wrong))


_WELL = _Ended(well=True, problem="")


class PullLoop:
    """Pulls from every server in turn, and from some at once.

    `pull_now` and `stop` are thread-safe. `known` tells which server of the fleet a table is of.
    """

    def __init__(
        self,
        targets: Sequence[PullTarget],
        opener: Open,
        importer: ReportImporter,
        notes: PullNotes,
        clock: Callable[[], Millis],
    ) -> None:
        self._targets = targets
        self._open = opener
        self._importer = importer
        self._notes = notes
        self._led = False
        self.turns = PullTurns(clock)
        self.known = TargetIndex(targets)
        self._bookmarks = Bookmarks()
        self._ended: dict[str, _Ended] = {}
        self._in_a_row: Counter[str] = Counter()
        self._was_well: set[str] = set()
        self._stopping = threading.Event()

    def run(self, interval: Millis | None, leads: Callable[[], bool]) -> None:
        """Pull from all servers at once, and again an interval after each round, until stopped.

        Of several daemons the one that leads pulls; another one goes on where that one ends.
        Without an interval there are no rounds: it is only known who leads.
        """
        next_round = 0.0
        with contextlib.suppress(StoppedError):
            while True:
                if self._take_turn(leads=leads()) and time.monotonic() >= next_round:
                    next_round = time.monotonic() + _seconds(interval)
                    if interval is not None:
                        self.pull_all()
                if self._stopping.wait(self._pause(next_round)):
                    return

    def _take_turn(self, *, leads: bool) -> bool:
        """Return whether it is this daemon that pulls."""
        if leads and not self._led:
            self._notes.keep_tables({target.name for target in self._targets})
        self._led = leads
        return leads

    def _pause(self, next_round: float) -> float:
        """Return for how many seconds there is nothing to do; who leads may change any time."""
        until_next = next_round - time.monotonic() if self._led else _LOOK_SECONDS
        return min(max(until_next, 0.0), _LOOK_SECONDS)

    def stop(self) -> None:
        """Make `run` return at its next pause or page."""
        self._stopping.set()

    def pull_all(self) -> None:
        """Pull from each server once; a failure of one does not affect the others."""
        for target in self._targets:
            if self.turns.begin(target.name):
                self._take_from(target)

    def pull_now(self, target: PullTarget) -> None:
        """Pull from one server, unless it is pulled already or was within the last minute."""
        with contextlib.suppress(StoppedError):
            if self.turns.begin_at_once(target.name):
                self._take_from(target)

    def _take_from(self, target: PullTarget) -> None:
        try:
            self._note(target, self._pull(target))
        finally:
            self.turns.end(target.name)

    def _note(self, target: PullTarget, ended: _Ended) -> None:
        if self._stopping.is_set():  # nobody asks any more how it ended
            raise StoppedError
        if ended.well:
            self._was_well.add(target.name)
            del self._in_a_row[target.name]
        else:
            self._notes.count_failure(target.name)
            known = self._notes.failed_in_a_row(target.name)  # before a restart as well
            self._in_a_row[target.name] = max(self._in_a_row[target.name] + 1, known)
        self._log_change(target.name, ended)

    def failing(self) -> dict[str, str | None]:
        """Return for each server why its last pulls in a row failed.

        Empty where they did not; None after a start until one was well, or enough of them failed.
        """
        return {each.name: self._failing(each.name) for each in self._targets}

    def _failing(self, name: str) -> str | None:
        if self._in_a_row[name] >= FAILURES_IN_A_ROW:
            return self._ended[name].problem
        return "" if name in self._was_well else None

    def _pull(self, target: PullTarget) -> _Ended:
        try:
            summary = self._ask(target)
        except (ServerError, StoreUnavailableError) as error:
            return _Ended(well=False, problem=str(error))
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - the other servers must still be pulled
            _log.exception(
                "pull failed with an internal error", extra=log_fields(server=target.name)
            )
            return _Ended(well=False, problem=repr(error))
        self.known.learn(target, summary.server_ids, summary.machine_id)
        _log_summary(target.name, summary)
        return _Ended.of(summary)

    def _ask(self, target: PullTarget) -> Summary:
        with contextlib.closing(self._open(target, self._stopping.wait)) as server:
            summary = pull_server(server, self._importer, self._bookmarks, self._look_up)
        note_pull(self._importer, summary, self._notes.table(target.name))
        return summary

    def _look_up(self, _place: PullProgress) -> None:
        if self._stopping.is_set():
            raise StoppedError

    def _log_change(self, server: str, ended: _Ended) -> None:
        """Log a problem once, not with every round, and that pulls have recovered."""
        before = self._ended.get(server, _WELL)
        self._ended[server] = ended
        if ended.well and not before.well:
            _log.info("pull recovered", extra=log_fields(server=server))
        if ended.problem and ended.problem != before.problem:
            message = "backup not monitored" if ended.well else "pull failed"
            _log.warning(message, extra=log_fields(server=server, reason=ended.problem))


def _seconds(interval: Millis | None) -> float:
    return math.inf if interval is None else interval / SECOND


def _log_summary(server: str, summary: Summary) -> None:
    recorded = summary.count(ImportOutcome.RECORDED) + summary.other_operations
    level = logging.INFO if recorded else logging.DEBUG
    _log.log(level, "pulled", extra=log_fields(server=server, recorded=recorded, rows=summary.rows))


@contextlib.contextmanager
def pulling(loop: PullLoop, interval: Millis | None, leads: Callable[[], bool]) -> Iterator[None]:
    """Run the scheduled pulls meanwhile."""
    thread = threading.Thread(target=loop.run, args=(interval, leads), name="pull", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.stop()
        thread.join(MAX_GOODBYE_SECONDS)
