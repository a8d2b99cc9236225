"""The runs of one backup, one after the other, with their durations and sizes."""

import math
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import NamedTuple

from msgspec import Struct

from exporter.demo.job import Job, Work
from exporter.times import DAY, SECOND, Millis

_SCANNED_FILES_PER_SECOND = 900
_MIN_SECONDS = 20
_PACKED = 0.62
"""What compression and deduplication leave of the bytes of changed files."""

_DIED_AT = 0.3
"""The progress of a run that dies,"""

_STOPPED_AT = 0.4
"""and one that a person stops."""

_TRIED_AGAIN = 0.05
"""The share of runs whose destination does not answer at once."""


class Run(Struct, frozen=True):
    """One run as it will be reported, with the size and time that it reached."""

    job: Job
    work: Work
    began: Millis
    duration: Millis
    following: Millis | None
    uploaded: int
    stored: int
    versions: int
    number: int
    newest_version: Millis | None
    retries: int = 0

    @property
    def reached(self) -> float:
        """Its progress, 0 to 1."""
        return 1.0 if self.work.stopped is None else _STOPPED_AT

    @property
    def ended(self) -> Millis:
        """When it ended."""
        return self.began + self.duration


class _Planned(NamedTuple):
    start: Millis
    following: Millis


class _Started(NamedTuple):
    job: Job
    number: int
    work: Work
    planned: _Planned


def runs(job: Job, start: Millis, present: Millis) -> Iterator[Run]:
    """Yield the runs of a backup from a time on; endless unless it has a last run."""
    stored = _Stored(job)
    for number, planned in enumerate(_planned(job, start)):
        ago = (present - planned.start) / DAY
        if ago < job.last:
            return
        if ago <= job.first:
            # Each run has its own random numbers: a change of one does not affect the others.
            random = Random(f"{job.server.name}/{job.name}/{number}")  # noqa: S311 - a simulation
            work = _found(job, (planned.start - start) / DAY, ago, random)
            yield _run(_Started(job, number, work, planned), stored, random)


def _planned(job: Job, start: Millis) -> Iterator[_Planned]:
    return (_Planned(*pair) for pair in pairwise(job.timetable.planned(start)))


class _Stored:
    """What a backup stores at its destination: its source, and the changes of each version."""

    def __init__(self, job: Job) -> None:
        existed = job.first == math.inf
        self.size = int(job.size * _PACKED) if existed else 0
        self._changes: deque[int] = deque(maxlen=job.keep)
        self.newest: Millis | None = None

    @property
    def versions(self) -> int:
        return len(self._changes)

    def add(self, began: Millis, uploaded: int, growth: int) -> None:
        """Add a version; with the oldest one, the data that only it needed is removed."""
        self.newest = began
        dropped = self._changes[0] if len(self._changes) == self._changes.maxlen else 0
        self._changes.append(max(uploaded - growth, 0))
        self.size += uploaded - dropped


def _found(job: Job, day: float, ago: float, random: Random) -> Work:
    work = _usual(job, day, ago, random)
    for event in job.events:
        work = event(work, random)
    return work


def _usual(job: Job, day: float, ago: float, random: Random) -> Work:
    grown = 1 + job.growth * day
    files = int(job.files * grown)
    changed = files * job.churn * random.uniform(0.6, 1.4)
    return Work(
        ago=ago,
        files=files,
        size=int(job.size * grown * random.uniform(0.998, 1.002)),
        added=int(changed * 0.2 + job.files * _growth(job)),
        modified=int(changed * 0.7),
        deleted=int(changed * 0.1),
    )


def _run(run: _Started, stored: _Stored, random: Random) -> Run:
    job, number, work, planned = run
    uploaded = _uploaded(work)
    began = planned.start + int(random.random() * job.timetable.delay)
    if work.exception is None and work.stopped is None:
        stored.add(began, uploaded, int(job.size * _growth(job) * _PACKED))
    return Run(
        job=job,
        work=work,
        began=began,
        duration=int(_seconds(job, work, uploaded) * random.uniform(0.92, 1.12) * SECOND),
        following=planned.following if job.timetable.announced else None,
        uploaded=uploaded,
        stored=stored.size,
        versions=stored.versions,
        number=number,
        newest_version=stored.newest,
        retries=random.randint(1, 3) if random.random() < _TRIED_AGAIN else 0,
    )


def _growth(job: Job) -> float:
    """Return the growth from one run to the next, as a share."""
    return job.growth * job.timetable.every / DAY


def _uploaded(work: Work) -> int:
    """Return the size of the changed files, of average size; a run that dies uploads none."""
    if work.exception is not None:
        return 0
    reached = 1.0 if work.stopped is None else _STOPPED_AT
    return int((work.added + work.modified) * work.size / work.files * _PACKED * reached)


def _seconds(job: Job, work: Work, uploaded: int) -> float:
    took = _MIN_SECONDS + work.files / _SCANNED_FILES_PER_SECOND
    took += uploaded / job.destination.bytes_per_second
    if work.exception is not None:
        return took * _DIED_AT
    return took * work.slowness if work.stopped is None else took * _STOPPED_AT
