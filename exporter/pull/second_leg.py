"""Pulls at once where a report is missing: what Duplicati's server knows then decides.

A job is in doubt when it turns overdue, and a minute after a run ended by its live reports and no
report came. `overdue` itself waits for nothing. Notifications of the job wait for the pull, but not
for long: a server that cannot be pulled excuses nothing.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from exporter.config.pull_targets import PullTarget
from exporter.fleet import Fleet
from exporter.fleet.deadlines import DeadlineIndex
from exporter.fleet.taking import take_all
from exporter.fleet.views import JobView
from exporter.fleet.watching import JobWatch
from exporter.pull.loop import MAX_GOODBYE_SECONDS, PullLoop
from exporter.pull.turns import REST
from exporter.times import MINUTE, Millis

REPORT_WITHIN: Millis = MINUTE
"""How long the report of a run that ended may take before its server is asked."""

PATIENCE: Millis = MINUTE
"""How long notifications of a job wait for the pull of its server."""

MOST_AT_ONCE = 32
"""Pulls at once; each has a thread of its own, so that a server that hangs delays no other."""

_LOOK_SECONDS = 1.0

_log = logging.getLogger(__name__)


class _Doubt(NamedTuple):
    """A reason to ask a server, and from when on it is one."""

    reason: str
    at: Millis


class SecondLeg:
    """Asks the servers of jobs in doubt, while this daemon leads.

    `look` needs one caller at a time, `ended` and `waits_until` are thread-safe.
    """

    def __init__(
        self,
        loop: PullLoop,
        fleet: Fleet,
        clock: Callable[[], Millis],
        leads: Callable[[], bool],
    ) -> None:
        self._loop = loop
        self._fleet = fleet
        self._clock = clock
        self._leads = leads
        self._watch: JobWatch | None = None
        self._turns = DeadlineIndex()
        self._asked: dict[int, Mapping[_Doubt, Millis]] = {}
        self._waiting: dict[str, PullTarget] = {}
        self._pulls: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="second leg", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Stop; what a pull has not recorded by then, the next one does."""
        self._stopping.set()
        self._loop.stop()
        self._thread.join()
        self._forget()
        patience = MAX_GOODBYE_SECONDS
        for pull in self._pulls:
            pull.join(patience)
            patience = 0.0 if pull.is_alive() else patience

    def ended(self) -> int:
        """Return how many pulls ended."""
        return self._loop.turns.ended

    def waits_until(self, view: JobView, now: Millis) -> Millis | None:
        """Return until when to say nothing of an overdue job; None: its server was asked, or never.

        The pull that decides may have ended shortly before: it is not repeated then.
        """
        deadline = view.effective_deadline
        if deadline is None or not view.overdue(now):
            return None
        target = self._loop.known.target_of(view.server)
        if target is None:
            return None
        noticed = self._asked.get(view.job.id, {}).get(_overdue(deadline), now)
        until = noticed + PATIENCE
        was_asked = self._loop.turns.ended_since(target.name, noticed - REST)
        return None if was_asked or now >= until else until

    def look(self) -> None:
        """Ask the servers of the jobs that are in doubt since the last look."""
        if not self._leads():
            self._forget()
            return
        now = self._clock()
        self._take_changed(now)
        for job_id in self._turns.before(now + 1):
            view = self._fleet.job(job_id)
            if view is None:
                self._turns.set(job_id, None)
            else:
                self._consider(view, now)
        self._begin_pulls()

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                self.look()
            except Exception:  # noqa: BLE001 - later looks must still run
                _log.exception("looking for jobs whose server is to be pulled failed")

    def _forget(self) -> None:
        if self._watch is not None:
            self._watch.close()
        self._watch, self._turns = None, DeadlineIndex()
        self._asked.clear()
        self._waiting.clear()

    def _take_changed(self, now: Millis) -> None:
        if self._watch is None:
            self._watch = self._fleet.watch_jobs()
        for part in take_all(self._fleet, self._watch):
            for view in part.views:
                self._consider(view, now)
            for job_id in part.gone:
                self._turns.set(job_id, None)
                self._asked.pop(job_id, None)

    def _consider(self, view: JobView, now: Millis) -> None:
        """Ask for what is newly in doubt, and note when to look at the job next."""
        job_id, doubts = view.job.id, tuple(self._doubts(view))
        known = self._asked.get(job_id, {})
        due = {each: known.get(each, now) for each in doubts if each.at <= now}
        if not due.keys() <= known.keys():
            self._request(view)
        if due:
            self._asked[job_id] = due
        else:
            self._asked.pop(job_id, None)
        later = (each.at for each in doubts if each not in due)
        self._turns.set(job_id, min(later, default=None))

    def _doubts(self, view: JobView) -> Iterator[_Doubt]:
        deadline = view.effective_deadline
        paused = view.expectation is not None and view.expectation.paused
        if deadline is not None and not paused:
            yield _overdue(deadline)
        ended = self._fleet.ended_without_report(view.job.id)
        if ended is not None:
            yield _Doubt("ended", ended.heard + REPORT_WITHIN)

    def _request(self, view: JobView) -> None:
        target = self._loop.known.target_of(view.server)
        if target is not None:
            self._waiting[target.name] = target

    def _begin_pulls(self) -> None:
        self._pulls = [each for each in self._pulls if each.is_alive()]
        while self._waiting and len(self._pulls) < MOST_AT_ONCE:
            name = next(iter(self._waiting))
            target = self._waiting.pop(name)
            pull = threading.Thread(
                target=self._loop.pull_now, args=(target,), name=f"pull {name}"[:15], daemon=True
            )
            pull.start()
            self._pulls.append(pull)


def _overdue(deadline: Millis) -> _Doubt:
    return _Doubt("overdue", deadline + 1)
