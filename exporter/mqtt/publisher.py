"""Decides what is published: what differs from what the broker was told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec
from msgspec import Struct

from exporter.conditions.evaluate import EvaluatedJob, conditions
from exporter.conditions.faults import Fault
from exporter.conditions.standing import Standing
from exporter.conditions.upcoming import next_change
from exporter.fleet import Fleet
from exporter.fleet.deadlines import DeadlineIndex
from exporter.fleet.taking import take_all
from exporter.fleet.views import JobView
from exporter.mqtt.discovery import Describing, describe_fleet, describe_job
from exporter.mqtt.index import Index, write_index
from exporter.mqtt.states import fleet_state, is_problem, job_state
from exporter.mqtt.topics import FLEET, ONLINE, job_name
from exporter.times import HOUR, Millis

_REFRESHED_EVERY: Millis = HOUR
"""A cause may say how long ago something was, so those of jobs in trouble are made anew."""

_TOGETHER = 20
"""Jobs that are published without a pause: reports come first."""

_REMOVED = b""
_encode = msgspec.json.encode


class Link(Protocol):
    """Where messages go."""

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish a message that the broker keeps; an empty one removes what it kept."""
        ...


class Sources(Struct, frozen=True):
    """Where the values come from. `faults` returns what is wrong beside the jobs."""

    fleet: Fleet
    standing: Standing
    faults: Callable[[Millis], Iterable[Fault]]


class _Told(NamedTuple):
    """What the broker was told of a job: the device, and hashes of both messages."""

    server_id: int
    description: int
    state: int


class Publisher:
    """Publishes everything once, and then what changes. Not thread-safe.

    Each connection needs a new one: what the broker still has is not known. `flush` is called after
    some messages, and may wait. What it and the link raise, the methods raise. `index` has the jobs
    that the broker may have descriptions of.
    """

    def __init__(
        self, sources: Sources, common: Describing, link: Link, flush: Callable[[], None]
    ) -> None:
        self._sources = sources
        self._common = common
        self._link = link
        self._flush = flush
        self._watch = sources.fleet.watch_jobs()
        self._turns = DeadlineIndex()
        self._jobs: dict[int, _Told] = {}
        self.index: Index = {}
        self._written = b""
        self._totals = b""
        self._is_announced = False

    def close(self) -> None:
        """Stop watching the jobs."""
        self._watch.close()

    def has_reason(self, now: Millis) -> bool:
        """Return whether a job changed, or time alone changes one."""
        turn = self._turns.first()
        return self._watch.changed.is_set() or (turn is not None and turn <= now)

    def step(self, now: Millis) -> None:
        """Publish what is not published yet; then that this daemon is online."""
        if not self._is_announced:  # first: servers name this device as the one they came by
            self._publish_config(FLEET, _encode(describe_fleet(self._common)))
        self._publish_jobs(now)
        self._publish_index()
        self._publish_totals(now)
        if not self._is_announced:
            self.announce()

    def announce(self) -> None:
        """Publish that this daemon is online."""
        self._link.publish(self._common.topics.availability, ONLINE)
        self._flush()
        self._is_announced = True

    def check(self, found: Mapping[int, int]) -> None:
        """Remove what was described in an earlier life and is gone, or has another server now."""
        for job_id, server_id in found.items():
            place = self._sources.fleet.place(job_id)
            if place is not None and place[0].id == server_id:
                self.index.setdefault(job_id, server_id)
                continue
            self._remove(job_id)
            self._jobs.pop(job_id, None)
            self._turns.set(job_id, 0)  # if it is there, it is described again

    def _publish_jobs(self, now: Millis) -> None:
        fleet = self._sources.fleet
        due = self._turns.before(now + 1)
        for job_id in due:
            self._turns.set(job_id, None)
        self._put_all(list(filter(None, map(fleet.job, due))), now)
        for changed in take_all(fleet, self._watch):
            for job_id in changed.gone:
                self._forget(job_id)
            self._put_all(changed.views, now)

    def _put_all(self, views: Sequence[JobView], now: Millis) -> None:
        """Publish jobs; before, that they are described: what breaks off is found later."""
        new = {view.job.id: view.server.id for view in views}
        if not new.items() <= self.index.items():
            self.index.update(new)
            self._publish_index()
        for number, view in enumerate(views, 1):
            self._put(view, now)
            if number % _TOGETHER == 0:
                self._flush()
        self._flush()

    def _put(self, view: JobView, now: Millis) -> None:
        job_id, name = view.job.id, job_name(view.job.id)
        description = _encode(describe_job(view, self._common))
        state = _encode(job_state(view, now))
        told, new = self._jobs.get(job_id), _Told(view.server.id, hash(description), hash(state))
        if told is not None and told.server_id != new.server_id:
            self._remove(job_id)  # Home Assistant moves no entity to another device
            told = None
        if told is None or told.state != new.state:
            self._link.publish(self._common.topics.state(name), state)
        if told is None or told.description != new.description:
            self._publish_config(name, description)
        self._jobs[job_id] = new
        self._turns.set(job_id, _next_turn(view, now))

    def _publish_index(self) -> None:
        written = write_index(self.index)
        if written != self._written:
            self._link.publish(self._common.topics.index, written)
            self._written = written

    def _publish_totals(self, now: Millis) -> None:
        summary, faults = self._sources.standing.summary(now), self._sources.faults(now)
        totals = _encode(fleet_state(summary, faults, self._common.version))
        if totals != self._totals:
            self._link.publish(self._common.topics.state(FLEET), totals)
            self._totals = totals

    def _forget(self, job_id: int) -> None:
        self._turns.set(job_id, None)
        self.index.pop(job_id, None)
        if self._jobs.pop(job_id, None) is not None:
            self._remove(job_id)

    def _remove(self, job_id: int) -> None:
        name = job_name(job_id)
        self._publish_config(name, _REMOVED)
        self._link.publish(self._common.topics.state(name), _REMOVED)

    def _publish_config(self, name: str, description: bytes) -> None:
        self._link.publish(self._common.topics.config(name), description)


def _next_turn(view: JobView, now: Millis) -> Millis | None:
    """Return when a job has to be looked at again whatever happens."""
    turn = next_change(view, now)
    if not is_problem(EvaluatedJob(view, conditions(view, now))):
        return turn
    return min(turn or now + _REFRESHED_EVERY, now + _REFRESHED_EVERY)
