"""A small world for the notifier: jobs with runs, a disk that outlives it, and a clock."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from exporter.conditions.faults import Fault
from exporter.config.notifications import Channel, SecretUrl
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.jobs.job import Job
from exporter.model import JobSettings, Status, StoredRun
from exporter.model.conditions import DaemonCondition
from exporter.model.notifications import ConditionChange, Message, MessageKind
from exporter.notifications.absence import Away
from exporter.notifications.notifier import Mark, Notifier, Parts
from exporter.notifications.tracker import AlertEvent
from exporter.notifications.watching import watch_runs
from exporter.schedule.policy import SchedulePolicy
from exporter.times import Millis
from tests.support.daemon import CREATED
from tests.support.outbox import MemoryOutbox
from tests.support.strategies.state import START, change_of, fold, server_named, stored_run

URL = SecretUrl("json://127.0.0.1/secret")
PHONE = Channel("phone", URL)


class Told(NamedTuple):
    """What a message says of a condition."""

    subject: str
    condition: str
    happening: str
    began: Millis


class NoFaults:
    """A daemon without any fault."""

    def __init__(self) -> None:
        self.daemon: dict[DaemonCondition, str] = {}
        self.pulls: dict[str, str | None] = {}
        self.missing: dict[str, Fault] = {}
        self.disk: str | None = None
        self.pulled: dict[str, list[Fault]] = {}

    def of_daemon(self, now: Millis) -> Mapping[DaemonCondition, str]:
        return self.daemon

    def storage(self) -> str | None:
        return self.disk

    def missing_reports(self, now: Millis) -> Mapping[str, Fault]:
        return self.missing

    def of_pulls(self) -> Mapping[str, str | None]:
        return self.pulls

    def of_pulled(self, now: Millis) -> Sequence[Fault]:
        return [fault for found in self.pulled.values() for fault in found]

    def pulled_names(self) -> frozenset[str]:
        return frozenset(self.pulled)


class NoExtras:
    """Neither digests nor checks."""

    def messages(
        self,
        changes: Sequence[ConditionChange],
        views: Sequence[JobView],
        marks: Mapping[str, Millis],
        now: Millis,
    ) -> tuple[list[Message], list[Mark]]:
        return [], []

    def next_at(self, marks: Mapping[str, Millis], now: Millis) -> Millis | None:
        return None


def compose(
    channel: Channel, events: Sequence[AlertEvent], away: Away | None, now: Millis
) -> Message:
    """Return a message that a program can read."""
    told = [
        Told(each.alert.key.subject, each.condition.value, each.happening.value, each.alert.began)
        for each in events
    ]
    title = "away" if away else ""
    return Message(channel.name, MessageKind.ALERT, now, title, json.dumps(told))


def read(message: Message) -> list[Told]:
    """Return what a message says."""
    return [Told(*each) for each in json.loads(message.text)]


class World:
    """Jobs whose runs are on a disk, with the outbox; the notifier can end at any time."""

    def __init__(self, *channels: Channel, settings: JobSettings | None = None) -> None:
        self.now: Millis = START
        self.stuck = False
        self.channels = channels or (PHONE,)
        self.settings = settings or JobSettings(schedule="off")
        self.outbox = MemoryOutbox()
        self.faults = NoFaults()
        self.runs: dict[int, list[StoredRun]] = {}
        self._watch = watch_runs(lambda _server, _job: False)
        self.start()

    def start(self) -> None:
        """Start a daemon: memory follows from the disk, and it works before it takes reports."""
        self.fleet = Fleet(SchedulePolicy(), CREATED)
        for job_id in self.runs:
            self._show(job_id)
        self.parts = Parts(
            self.channels,
            self.fleet,
            self.outbox,
            self.faults,
            compose,
            NoExtras(),
            self._waiting,
        )
        self.notifier = Notifier(self.parts, self.now)
        self.step()

    def _waiting(self, channel: str) -> int:
        return sum(each.channel == channel for each in self.outbox.waiting()) if self.stuck else 0

    def report(self, job_id: int, status: Status) -> None:
        """Record a run that ends now, with what it changes, in one transaction."""
        runs = self.runs.setdefault(job_id, [])
        before = fold(runs)
        runs.append(stored_run(self.now, run_id=len(runs) + 1, status=status))
        server, job = server_named("nas"), self._job(job_id)
        held = self._watch(server, job, before, fold(runs))
        if held is not None:
            self.outbox.add(job_id, runs[-1].id, self.now, held)
        self._show(job_id)

    def set(self, job_id: int, settings: JobSettings) -> None:
        """Change what a person set for all jobs, and show one of them."""
        self.settings = settings
        self._show(job_id)

    def step(self) -> list[Told]:
        """Let the notifier work; return what it stored to be told."""
        return [told for message in self.notifier.step(self.now) for told in read(message)]

    def pass_time(self, span: Millis) -> list[Told]:
        """Let time pass; the notifier works whenever it wants to. Return what is to be told."""
        told, end = self.step(), self.now + span
        while (at := self.notifier.next_at(self.now)) is not None and at <= end:
            self.now = max(self.now, at)
            told += self.step()
        self.now = end
        return told + self.step()

    def _job(self, job_id: int) -> Job:
        state = fold(self.runs[job_id])
        return Job.of(job_id, 1, f"job {job_id}", state, self.settings)

    def _show(self, job_id: int) -> None:
        self.fleet.apply(change_of(server_named("nas"), self._job(job_id)))
