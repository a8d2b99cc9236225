"""What one channel is told, and when: what changes within half a minute is one message."""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from exporter.config.notifications import Channel
from exporter.model.conditions import (
    AnyCondition,
    Condition,
    DaemonCondition,
    ServerCondition,
    Severity,
)
from exporter.model.notifications import Alert, AlertKey
from exporter.notifications import alerting
from exporter.notifications.alerting import Pending
from exporter.notifications.events import Happening
from exporter.times import MINUTE, SECOND, Millis

TOGETHER: Millis = 30 * SECOND
"""What is to be told within this time after the first is one message."""

STORAGE_HOLD: Millis = MINUTE
"""A database that answers again within this time is not told of.

What is known of it may be as old, so that the end of an outage is not taken for the next one.
"""

CONDITIONS: dict[str, AnyCondition] = {
    each.value: each
    for conditions in (Condition, ServerCondition, DaemonCondition)
    for each in conditions
}

MISSING = {Condition.OVERDUE, Condition.STALE}
"""What holds because no report came: it may have been lost."""


class Observation(NamedTuple):
    """What holds for a subject at a time, of the conditions in `scope`.

    Of a subject that is `silent`, muted or paused, nothing is told. `reason` is what the failed run
    says.
    """

    subject: str
    held: frozenset[AnyCondition]
    scope: frozenset[AnyCondition]
    at: Millis
    silent: bool = False
    reason: str | None = None


class AlertEvent(NamedTuple):
    """What a channel is told of a condition."""

    happening: Happening
    condition: AnyCondition
    alert: Alert


class Tracker:
    """The alerts of one channel. Not thread-safe.

    `changed` and `gone` are what has to be stored since the last call of `stored`.
    """

    def __init__(
        self, channel: Channel, alerts: Iterable[Alert], now: Millis, missing_from: Millis = 0
    ) -> None:
        """Go on from what was stored.

        Args:
            channel: who is told what.
            alerts: what the channel knows.
            now: the present time.
            missing_from: nothing is told before of what only lost reports may have caused.
        """
        self.channel = channel
        self._missing_from = missing_from
        self.changed: dict[AlertKey, Alert] = {}
        self.gone: set[AlertKey] = set()
        self._alerts: dict[AlertKey, Alert] = {}
        self._of_subject: defaultdict[str, set[AlertKey]] = defaultdict(set)
        self._silent: set[str] = set()
        self._agenda: list[tuple[Millis, AlertKey]] = []
        self._ready: set[AlertKey] = set()
        self._first_ready: Millis | None = None
        for alert in alerts:
            known = alerting.not_later(alert, now)
            (self._add if known is alert else self._put)(known, now)

    def subjects(self) -> list[str]:
        """Return the subjects of all alerts."""
        return list(self._of_subject)

    def observe(self, seen: Observation, now: Millis) -> None:
        """Take over what holds for a subject."""
        if seen.subject not in self._of_subject and seen.held.isdisjoint(self.channel.on):
            return
        self._set_silent(seen, now)
        for key in self._keys(seen):
            self._observe(key, seen, now)

    def _keys(self, seen: Observation) -> set[AlertKey]:
        """Return the alerts that a subject has, and those of what holds now."""
        wanted = seen.scope & self.channel.on
        name, subject = self.channel.name, seen.subject
        known = self._of_subject.get(subject, ())
        return {key for key in known if CONDITIONS[key.condition] in wanted} | {
            AlertKey(name, subject, each.value) for each in seen.held & wanted
        }

    def _observe(self, key: AlertKey, seen: Observation, now: Millis) -> None:
        known = self._alerts.get(key)
        holds, held = (
            CONDITIONS[key.condition] in seen.held,
            known is not None and known.ended is None,
        )
        if holds and not held:
            due = self._due(CONDITIONS[key.condition], seen.at)
            self._put(alerting.begun(known, key, seen.at, due, seen.reason), now)
        elif known is not None and held and not holds:
            self._end(known, seen, now)

    def _due(self, condition: AnyCondition, at: Millis) -> Millis:
        hold = self.channel.hold
        due = at + (max(hold, STORAGE_HOLD) if condition is DaemonCondition.STORAGE else hold)
        return max(due, self._missing_from) if condition in MISSING else due

    def _end(self, known: Alert, seen: Observation, now: Millis) -> None:
        unheard = seen.silent and known.told is None
        speaks = self.channel.recovered and not seen.silent
        over = None if unheard else alerting.ended(known, seen.at, speaks=speaks)
        if over is None:
            self._remove(known.key)
        else:
            self._put(over, now)

    def _set_silent(self, seen: Observation, now: Millis) -> None:
        if seen.silent:
            self._silent.add(seen.subject)
        elif seen.subject in self._silent:
            self._silent.discard(seen.subject)
            for key in self._of_subject.get(seen.subject, ()):
                self._plan(self._alerts[key], now)

    def forget(self, subject: str) -> None:
        """Forget a subject that is gone, or that the channel is not told of."""
        for key in list(self._of_subject.get(subject, ())):
            self._remove(key)
        self._silent.discard(subject)

    def next_at(self) -> Millis | None:
        """Return when `take` has something to do next; None: never, if nothing changes."""
        agenda = self._agenda[0][0] if self._agenda else None
        message = None if self._first_ready is None else self._first_ready + TOGETHER
        return min((each for each in (agenda, message) if each is not None), default=None)

    def take(self, now: Millis) -> list[AlertEvent]:
        """Return what the channel is told now, in one message; it counts as told."""
        while self._agenda and self._agenda[0][0] <= now:
            _, key = heapq.heappop(self._agenda)
            self._look(key, now)
        if self._first_ready is None or now < self._first_ready + TOGETHER:
            return []
        ready, self._ready, self._first_ready = self._ready, set(), None
        return [event for key in sorted(ready) if (event := self._tell(key, now)) is not None]

    def _look(self, key: AlertKey, now: Millis) -> None:
        """See what is to be done about an alert whose time has come."""
        alert = self._alerts.get(key)
        if alert is None:
            return
        forgotten = alerting.forgotten_from(alert)
        if forgotten is not None and forgotten <= now:
            self._remove(key)
            return
        waiting = self._ready_event(alert, now)
        if waiting is None:
            self._plan(alert, now)
            return
        self._ready.add(key)
        # As of when it was due: what was due long before a restart does not wait for more.
        self._first_ready = min(waiting.at, self._first_ready or waiting.at)

    def _tell(self, key: AlertKey, now: Millis) -> AlertEvent | None:
        alert = self._alerts[key]
        waiting = self._ready_event(alert, now)
        if waiting is None:
            self._plan(alert, now)
            return None
        self._put(alerting.told(alert, waiting.happening, now), now)
        return AlertEvent(waiting.happening, CONDITIONS[key.condition], alert)

    def _ready_event(self, alert: Alert, now: Millis) -> Pending | None:
        """Return what may be told of an alert now; None: nothing."""
        waiting = alerting.pending(alert, self.channel, now)
        if waiting is None or waiting.at > now or alert.key.subject in self._silent:
            return None
        return waiting if self._quiet_until(alert, now) is None else None

    def _quiet_until(self, alert: Alert, now: Millis) -> Millis | None:
        quiet = self.channel.quiet
        critical = CONDITIONS[alert.key.condition].severity is Severity.CRITICAL
        return None if quiet is None or critical else quiet.until(now)

    def _plan(self, alert: Alert, now: Millis) -> None:
        """Note when to look at an alert next: once something may be told, or it is of no use."""
        waiting = alerting.pending(alert, self.channel, now)
        times = [alerting.forgotten_from(alert)]
        if waiting is not None and alert.key.subject not in self._silent:
            quiet = self._quiet_until(alert, max(now, waiting.at))
            times.append(waiting.at if quiet is None else quiet)
        at = min((each for each in times if each is not None), default=None)
        if at is not None:
            heapq.heappush(self._agenda, (at, alert.key))

    def _put(self, alert: Alert, now: Millis) -> None:
        self.gone.discard(alert.key)
        self.changed[alert.key] = alert
        self._add(alert, now)

    def _add(self, alert: Alert, now: Millis) -> None:
        self._alerts[alert.key] = alert
        self._of_subject[alert.key.subject].add(alert.key)
        self._plan(alert, now)

    def _remove(self, key: AlertKey) -> None:
        del self._alerts[key]
        self.changed.pop(key, None)
        self.gone.add(key)
        self._ready.discard(key)
        keys = self._of_subject[key.subject]
        keys.discard(key)
        if not keys:
            del self._of_subject[key.subject]

    def stored(self) -> None:
        """Note that all changes are stored."""
        self.changed.clear()
        self.gone.clear()
