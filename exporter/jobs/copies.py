"""Second copies of a job: what is known of each destination, and which runs missed theirs.

Duplicati does not report a destination that failed or was not due, so a copy counts as missed
by other parts of the report, or by how the run ended.
"""

import statistics
from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from exporter.jobs import ageing
from exporter.jobs.history import PastRun, merged, newest, without
from exporter.model import CopyOutcome, Order, SecondCopy, Status, StoredRun, believed, short_name
from exporter.times import Millis

COPYING_RUNS = 30
"""Runs whose copies are remembered: a month of a job that runs daily."""

MAX_DESTINATIONS = 20
"""Second destinations of a job; of more the one with the oldest copy is forgotten."""

KEPT_ENDS = 10
"""Ends of copies kept of a destination, from which its usual pause is computed."""

MISSED_IN_A_ROW = 2
"""A second copy is in trouble when this many runs in a row missed it, or when it is too old."""


class CopyingRun(PastRun, frozen=True, array_like=True, gc=False):
    """What a run reported of second copies, and how it ended."""

    outcome: CopyOutcome
    status: Status


class KnownCopy(Struct, frozen=True, array_like=True, gc=False):
    """The last copy to a destination, and when the copies before it ended, oldest first."""

    order: Order
    copy: SecondCopy
    ends: tuple[Millis, ...]

    @property
    def usual_pause(self) -> Millis | None:
        """The median of the pauses between its copies, None before there are two."""
        pauses = [other - one for one, other in pairwise(self.ends)]
        return round(statistics.median(pauses)) if pauses else None

    def old_from(self) -> Millis | None:
        """Return the time from which the copy is stale; None while its usual pause is unknown."""
        pause = self.usual_pause
        return None if pause is None else ageing.old_from(self.ends[-1], pause)


class SecondCopies(Struct, frozen=True, array_like=True):
    """The destinations by name, and the newest runs that could report copies.

    `since` is the place of the first run that reported a second destination: the runs before it
    do not show how often there should be a copy. `older` are the ends that were kept of runs
    that are no longer stored, while a state is rebuilt.
    """

    known: tuple[KnownCopy, ...] = ()
    runs: tuple[CopyingRun, ...] = ()
    since: Order | None = None
    older: tuple[tuple[str, tuple[Millis, ...]], ...] = ()

    @property
    def missed(self) -> int | None:
        """How many runs in a row missed a copy; None where the job never had one."""
        if self.since is None:
            return None
        count = 0
        for place in range(len(self.runs) - 1, -1, -1):
            if not _is_missed(self.runs[place], self.runs[:place]):
                break
            count += 1
        return count

    def old_from(self) -> Millis | None:
        """Return the time from which a copy is stale if no other comes; None if that is unknown."""
        old = (known.old_from() for known in self.known)
        return min((timestamp for timestamp in old if timestamp is not None), default=None)

    def with_run(self, stored: StoredRun) -> "SecondCopies":
        """Return the copies with one more run, or with a known run updated."""
        copying = stored.run.copying
        if copying is None or stored.run.status is Status.INTERRUPTED:
            return self
        since = _since(self.since, stored.order, copying.outcome)
        if since is None:
            return self  # a job without second copies keeps nothing of them
        entry = CopyingRun(stored.started, stored.id, copying.outcome, stored.run.status)
        runs = newest(without(self.runs, stored.id), entry, COPYING_RUNS)
        known, older = _by_destination(self.known), dict(self.older)
        for copy in copying.copies:
            name, right = copy.destination, replace(copy, at=believed.timestamp(stored, copy.at))
            known[name] = _with_copy(known.get(name), older.get(name, ()), stored.order, right)
        return replace(_bounded(known.values(), runs, since), older=self.older)

    def merged_with(self, other: "SecondCopies") -> "SecondCopies":
        """Return the copies of two jobs together."""
        if self.since is None or other.since is None:
            return other if self.since is None else self
        known = _by_destination(self.known)
        for name, each in _by_destination(other.known).items():
            known[name] = _joined(known.get(name), each)
        runs = merged(self.runs, other.runs, COPYING_RUNS)
        return _bounded(known.values(), runs, min(self.since, other.since))

    def without_destination(self, destination: str) -> "SecondCopies":
        """Return the copies without a destination that was given up and the missed ones."""
        known = tuple(each for each in self.known if each.copy.destination != destination)
        if len(known) == len(self.known):
            return self
        if not known:
            return SecondCopies()
        return replace(self, known=known, runs=self.runs[: len(self.runs) - (self.missed or 0)])


def _since(since: Order | None, order: Order, outcome: CopyOutcome) -> Order | None:
    if outcome is CopyOutcome.UNTOLD:
        return None if since is None or order < since else since
    return order if since is None else min(since, order)


def _is_certain_miss(run: CopyingRun) -> bool:
    return run.outcome is CopyOutcome.MISSED


def _by_destination(known: Iterable[KnownCopy]) -> dict[str, KnownCopy]:
    """Return copies by the names in reports: older states may have longer ones."""
    return {short_name(each.copy.destination): each for each in known}


def _is_missed(run: CopyingRun, earlier: Iterable[CopyingRun]) -> bool:
    """Return whether a run missed a copy.

    If it did not report that, a run that was not a success counts, unless the job copies by
    interval.
    """
    if run.outcome is not CopyOutcome.UNTOLD:
        return _is_certain_miss(run)
    return run.status is not Status.SUCCESS and not any(map(_shows_an_interval, earlier))


def _shows_an_interval(run: CopyingRun) -> bool:
    untold = run.outcome is CopyOutcome.UNTOLD and run.status is Status.SUCCESS
    return untold or run.outcome is CopyOutcome.NOT_DUE


def _with_copy(
    known: KnownCopy | None, older: tuple[Millis, ...], order: Order, copy: SecondCopy
) -> KnownCopy:
    ends = _newest_ends(older if known is None else known.ends, (copy.at,))
    if known is not None and known.order > order:
        return KnownCopy(known.order, known.copy, ends)
    return KnownCopy(order, copy, ends)


def _joined(one: KnownCopy | None, other: KnownCopy) -> KnownCopy:
    if one is None:
        return other
    newest_of_both = max(one, other, key=lambda each: each.order)
    return replace(newest_of_both, ends=_newest_ends(one.ends, other.ends))


def _newest_ends(one: Iterable[Millis], other: Iterable[Millis]) -> tuple[Millis, ...]:
    return tuple(sorted({*one, *other}))[-KEPT_ENDS:]


def _bounded(
    known: Iterable[KnownCopy], runs: tuple[CopyingRun, ...], since: Order
) -> SecondCopies:
    kept = sorted(known, key=lambda each: each.order)[-MAX_DESTINATIONS:]
    named = sorted(kept, key=lambda each: each.copy.destination)
    return SecondCopies(tuple(named), tuple(run for run in runs if run.order >= since), since)
