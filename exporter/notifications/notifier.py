"""Decides what is told, and stores it: whole or not at all, and by one daemon only.

What is decided follows from what is stored: the alerts of the outbox, the changes that reports left
there, and the jobs. So whatever ends a daemon between two steps, the next one goes on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from exporter.conditions.upcoming import next_change
from exporter.config.notifications import Channel
from exporter.fleet import Fleet
from exporter.fleet.deadlines import DeadlineIndex
from exporter.fleet.taking import take_all
from exporter.fleet.views import JobView
from exporter.model.notifications import ConditionChange, Message, OutboxUpdate
from exporter.notifications import observing
from exporter.notifications.absence import ALIVE, AWAY, Away, absence
from exporter.notifications.awaiting import AwaitedPulls, Awaiting, NoPulls
from exporter.notifications.fault_finding import Faults
from exporter.notifications.resuming import Resumed, resume
from exporter.notifications.server_watch import ServerWatch
from exporter.notifications.tracker import AlertEvent, Observation, Tracker
from exporter.store import MOST_CHANGES, Outbox
from exporter.times import MINUTE, Millis

_ALIVE_EVERY: Millis = MINUTE


class Mark(NamedTuple):
    """A time that is stored under a name."""

    name: str
    at: Millis


class Extras(Protocol):
    """What is sent beside alerts: digests, and pings of the checks that others keep."""

    def messages(
        self,
        changes: Sequence[ConditionChange],
        views: Sequence[JobView],
        marks: Mapping[str, Millis],
        now: Millis,
    ) -> tuple[list[Message], list[Mark]]:
        """Return what is to be sent now, and the marks that are stored with it."""
        ...

    def next_at(self, marks: Mapping[str, Millis], now: Millis) -> Millis | None:
        """Return when the time alone causes the next one; None: never."""
        ...


Compose = Callable[[Channel, Sequence[AlertEvent], Away | None, Millis], Message]
"""Makes one message of what a channel is told; the first one says how long nobody was at work."""


MOST_WAITING = 20
"""While so many messages wait for a channel it gets no other one: what happens meanwhile is one
message once it takes them again."""


class Parts(NamedTuple):
    """What the notifier works with. `waiting` returns how many messages wait for a channel."""

    channels: tuple[Channel, ...]
    fleet: Fleet
    outbox: Outbox
    faults: Faults
    compose: Compose
    extras: Extras
    waiting: Callable[[str], int]
    pulls: AwaitedPulls = NoPulls()


class _Taken(NamedTuple):
    """The jobs that changed, and the ids of those that are gone."""

    views: list[JobView]
    gone: list[int]


class Notifier:
    """Goes on from what is stored until an error of the store: then another one has to begin.

    Not thread-safe. `waiting` are the messages that were found in the outbox.
    """

    def __init__(self, parts: Parts, now: Millis) -> None:
        """Load what is stored.

        Raises:
            StoreUnavailableError: it cannot be read now.
        """
        self._parts = parts
        self._watch = parts.fleet.watch_jobs()
        self._awaiting = Awaiting(parts.pulls)
        state = parts.outbox.load()
        self.waiting = state.waiting
        self._revision = state.revision
        self._marks = state.marks
        self._turns = DeadlineIndex()
        self._seen: dict[int, observing.Seen] = {}
        self._read_up_to = 0
        self._may_be_unread = False
        self._away = absence(state.marks, now)
        self._uninformed = {each.name for each in parts.channels} if self._away else set[str]()
        named = parts.faults.of_pulls().keys() | parts.faults.pulled_names()
        resumed = resume(state.alerts, parts.channels, parts.fleet, named)
        self._strangers = resumed.strangers
        self._servers = ServerWatch(state.alerts)
        self._trackers = self._tracked(resumed, now)

    def _tracked(self, resumed: Resumed, now: Millis) -> list[Tracker]:
        """Return a tracker of each channel, with what was stored of it."""
        missing_from = now + AWAY if self._away else 0
        known = resumed.by_channel
        return [
            Tracker(channel, known.get(channel.name, ()), now, missing_from)
            for channel in self._parts.channels
        ]

    def close(self) -> None:
        """Stop watching the jobs."""
        self._watch.close()

    @property
    def changed(self) -> bool:
        """Whether a job changed since the last step, a pull ended, or a note may be unread."""
        news = self._watch.changed.is_set() or self._may_be_unread
        return news or self._awaiting.changed

    def next_at(self, now: Millis) -> Millis | None:
        """Return when time alone gives a step something to do; None: never."""
        times = [each.next_at() for each in self._trackers if self._takes(each)]
        times += [self._turns.first(), self._parts.extras.next_at(self._marks, now)]
        return min((each for each in times if each is not None), default=None)

    def step(self, now: Millis) -> list[Message]:
        """See what changed, decide what is told, and store it. Return the new messages.

        Raises:
            StoreUnavailableError: nothing of it is known to be stored.
            OutboxChangedError: another daemon has decided meanwhile.
        """
        changes = self._read_changes()
        # A job may be newer than a change that was not read yet, so all changes come first.
        all_read = len(changes) < MOST_CHANGES
        taken = self._take_changed() if all_read else _Taken([], [])
        # With a job that is taken goes the reason to read what its report noted since.
        self._may_be_unread = bool(taken.views)
        views = self._observe(changes, taken, now)
        extra, marks = self._parts.extras.messages(changes, views, self._marks, now)
        # Whether a job is muted is not known after a start until all were taken.
        told = self._tell(now) if all_read else []
        return self._store([*told, *extra], marks, now)

    def _observe(
        self, changes: Sequence[ConditionChange], taken: _Taken, now: Millis
    ) -> list[JobView]:
        """Take over what is known now; return the jobs that changed, or whose time has come."""
        ids = {*self._turns.before(now + 1), *self._awaiting.take()}
        due = [self._parts.fleet.job(job_id) for job_id in sorted(ids)]
        views = list({view.job.id: view for view in [*filter(None, due), *taken.views]}.values())
        self._observe_changes(changes, now)
        self._observe_views(views, now)
        self._forget(taken.gone)
        self._observe_rest(now)
        return views

    def _take_changed(self) -> _Taken:
        """Return the jobs that changed before: more of them change while they are looked at."""
        taken = _Taken([], [])
        for part in take_all(self._parts.fleet, self._watch):
            taken.views.extend(part.views)
            taken.gone.extend(part.gone)
        return taken

    def _read_changes(self) -> list[ConditionChange]:
        changes: list[ConditionChange] = []
        if self.changed:
            changes = self._parts.outbox.changes()
            self._read_up_to = max((each.id for each in changes), default=0)
        return changes

    def _observe_changes(self, changes: Iterable[ConditionChange], now: Millis) -> None:
        for change in changes:
            view = self._parts.fleet.job(change.job_id)
            if view is not None:
                self._seen.pop(view.job.id, None)
                self._observe_job(view, observing.of_change(change, view, now), now)

    def _observe_views(self, views: Iterable[JobView], now: Millis) -> None:
        for view in views:
            seen = observing.of_view(view, now)
            until, turn = self._awaiting.until(view, seen, now), next_change(view, now)
            if until is None:
                self._turns.set(view.job.id, turn)
                self._observe_view(view, seen, now)
            else:
                self._turns.set(view.job.id, until if turn is None else min(turn, until))
                self._seen.pop(view.job.id, None)
                self._observe_job(view, self._awaiting.begin(view.job.id, seen), now)

    def _observe_view(self, view: JobView, seen: Observation, now: Millis) -> None:
        """Take over all of a job, unless it is as it was.

        Nearly all reports change nothing of it, and a fleet may send a thousand a second.
        """
        known = observing.Seen.of(view, seen)
        if self._seen.get(view.job.id) != known:
            for each in self._awaiting.end(view.job.id, seen):
                self._observe_job(view, each, now)
            self._seen[view.job.id] = known

    def _observe_job(self, view: JobView, seen: Observation, now: Millis) -> None:
        for tracker in self._trackers:
            if observing.is_told_of(tracker.channel, view):
                tracker.observe(seen, now)
            else:
                tracker.forget(seen.subject)

    def _forget(self, job_ids: Iterable[int]) -> None:
        for job_id in job_ids:
            self._turns.set(job_id, None)
            self._seen.pop(job_id, None)
            self._awaiting.forget(job_id)
            for tracker in self._trackers:
                tracker.forget(observing.subject_of_job(job_id))

    def _observe_rest(self, now: Millis) -> None:
        faults = self._parts.faults
        of_daemon = observing.of_daemon(faults.of_daemon(now), now)
        for name in self._servers.take_gone(faults):
            for tracker in self._trackers:
                tracker.forget(observing.subject_of_pull(name))
        of_servers = list(self._servers.observe(faults, now))
        for tracker in self._trackers:
            tracker.observe(of_daemon, now)
            for name, seen in of_servers:
                if observing.is_told_of_pull(tracker.channel, name, self._parts.fleet):
                    tracker.observe(seen, now)
                else:
                    tracker.forget(seen.subject)

    def _tell(self, now: Millis) -> list[Message]:
        messages = []
        for tracker in self._trackers:
            events = tracker.take(now) if self._takes(tracker) else []
            if events:
                messages.append(self._compose(tracker.channel, events, now))
        return messages

    def _takes(self, tracker: Tracker) -> bool:
        return self._parts.waiting(tracker.channel.name) < MOST_WAITING

    def _compose(self, channel: Channel, events: Sequence[AlertEvent], now: Millis) -> Message:
        away = self._away if channel.name in self._uninformed else None
        self._uninformed.discard(channel.name)
        return self._parts.compose(channel, events, away, now)

    def _store(self, messages: list[Message], marks: list[Mark], now: Millis) -> list[Message]:
        if not 0 <= now - self._marks.get(ALIVE, 0) < _ALIVE_EVERY:
            marks = [*marks, Mark(ALIVE, now)]
        update = OutboxUpdate(
            read_up_to=self._read_up_to,
            alerts=tuple(alert for each in self._trackers for alert in each.changed.values()),
            gone=(*self._strangers, *(key for each in self._trackers for key in each.gone)),
            messages=tuple(messages),
            marks=tuple(marks),
        )
        if update == OutboxUpdate():
            return []
        self._revision, stored = self._parts.outbox.update(update, self._revision)
        self._read_up_to, self._strangers = 0, ()
        self._marks.update(marks)
        for tracker in self._trackers:
            tracker.stored()
        return stored
