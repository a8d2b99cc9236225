"""The runs of one backup, one after the other: what each finds, takes and leaves."""

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
_LEAST_SECONDS = 20
_PACKED = 0.62
"""What compression and deduplication leave of the bytes of changed files."""

_DIED_AT = 0.3
"""How far a run comes that dies."""


class Run(Struct, frozen=True):
    """One run as it will be reported. Of its size and time, what was reached."""

    job: Job
    work: Work
    began: Millis
    duration: Millis
    following: Millis | None
    uploaded: int
    stored: int
    versions: int

    @property
    def ended(self) -> Millis:
        """When it was over."""
        return self.began + self.duration


class _Planned(NamedTuple):
    start: Millis
    following: Millis


def runs(job: Job, begin: Millis, present: Millis) -> Iterator[Run]:
    """Yield the runs of a backup from a moment on; one that still runs has no end."""
    stored = _Stored(job)
    for number, planned in enumerate(_planned(job, begin)):
        ago = (present - planned.start) / DAY
        if ago < job.last:
            return
        if ago <= job.first:
            # Each run has chances of its own: what befalls one changes no other.
            random = Random(f"{job.server.name}/{job.name}/{number}")  # noqa: S311 - a simulation
            work = _found(job, (planned.start - begin) / DAY, ago, random)
            yield _run(job, work, planned, stored, random)


def _planned(job: Job, begin: Millis) -> Iterator[_Planned]:
    return (_Planned(*pair) for pair in pairwise(job.timetable.planned(begin)))


class _Stored:
    """What a backup holds at its destination: its source, and what changed with each version."""

    def __init__(self, job: Job) -> None:
        existed = job.first == math.inf
        self.size = int(job.size * _PACKED) if existed else 0
        self._changes: deque[int] = deque(maxlen=job.keep)

    @property
    def versions(self) -> int:
        return len(self._changes)

    def add(self, uploaded: int, growth: int) -> None:
        """Keep a version; with the oldest one goes what only that one needed."""
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


def _run(job: Job, work: Work, planned: _Planned, stored: _Stored, random: Random) -> Run:
    uploaded = _uploaded(work)
    if work.exception is None:
        stored.add(uploaded, int(job.size * _growth(job) * _PACKED))
    return Run(
        job=job,
        work=work,
        began=planned.start + int(random.random() * job.timetable.delay),
        duration=int(_seconds(job, work, uploaded) * random.uniform(0.92, 1.12) * SECOND),
        following=planned.following if job.timetable.announced else None,
        uploaded=uploaded,
        stored=stored.size,
        versions=stored.versions,
    )


def _growth(job: Job) -> float:
    """Return what comes from one run to the next, as a share."""
    return job.growth * job.timetable.every / DAY


def _uploaded(work: Work) -> int:
    """Return what the changed files come to, as large as any; a run that dies sends none."""
    if work.exception is not None:
        return 0
    return int((work.added + work.modified) * work.size / work.files * _PACKED)


def _seconds(job: Job, work: Work, uploaded: int) -> float:
    took = _LEAST_SECONDS + work.files / _SCANNED_FILES_PER_SECOND
    took += uploaded / job.destination.bytes_per_second
    return took * work.slowness if work.exception is None else took * _DIED_AT
