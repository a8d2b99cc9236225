"""Makes one message of what a channel is told: the facts as they are now, in words."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from msgspec.structs import replace

from exporter.config.notifications import Channel
from exporter.fleet import Fleet
from exporter.formatting import exact
from exporter.model.conditions import AnyCondition, Condition, DaemonCondition, ServerCondition
from exporter.model.notifications import Message, MessageKind, SubjectKind
from exporter.notifications.absence import Away
from exporter.notifications.composing import MOST_LISTED, Context, compose
from exporter.notifications.events import Event
from exporter.notifications.facts import Facts, daemon_facts, job_facts, job_names, server_facts
from exporter.notifications.fault_finding import Faults
from exporter.notifications.rendering import Templates
from exporter.notifications.tracker import AlertEvent
from exporter.notifications.trouble import Trouble
from exporter.notifications.wording import urgency
from exporter.times import Millis


class Reasons(NamedTuple):
    """Why something is wrong beside the jobs, at a time."""

    of_daemon: Mapping[DaemonCondition, str]
    of_servers: Mapping[tuple[AnyCondition, str | None], str | None]

    @classmethod
    def of(cls, faults: Faults, now: Millis) -> Self:
        """Return the reasons that hold now."""
        found: dict[tuple[AnyCondition, str | None], str | None] = {
            (ServerCondition.PULL_FAILING, name): reason
            for name, reason in faults.of_pulls().items()
        }
        others = (*faults.of_pulled(now), *faults.missing_reports(now).values())
        found |= {(each.condition, each.server): each.reason for each in others}
        return cls(faults.of_daemon(now), found)

    def of_server(self, condition: ServerCondition, name: str) -> str | None:
        """Return why a condition holds for a server; None where it does not, or that is unknown."""
        return self.of_servers.get((condition, name))


class Describer:
    """Looks up what messages say of their subjects. Needs one caller at a time."""

    def __init__(
        self, fleet: Fleet, faults: Faults, templates: Templates, public_url: str | None
    ) -> None:
        self._fleet = fleet
        self._faults = faults
        self._templates = templates
        self._public_url = public_url
        self._trouble = Trouble(
            "a template cannot be used, the program's own stands in for it",
            "all templates can be used",
        )

    def message(
        self, channel: Channel, events: Sequence[AlertEvent], away: Away | None, now: Millis
    ) -> Message:
        """Return the message about events, in any order, at least one."""
        notice = None if away is None else _notice(away)
        context = Context(self._templates, now, self._public_url, notice)
        made = compose(self._described(events, now), context)
        self._trouble.note(made.fault)
        over = all(each.happening.is_end for each in events)
        kind = MessageKind.RECOVERY if over else MessageKind.ALERT
        return Message(channel.name, kind, now, made.title, made.text, made.html, next_attempt=now)

    def _described(self, events: Sequence[AlertEvent], now: Millis) -> list[Event]:
        """Return events, the most urgent first, with all facts of those that are listed."""
        reasons = Reasons.of(self._faults, now)
        named = [(self._event(each, self._names(each, reasons)), each) for each in events]
        named.sort(key=lambda pair: urgency(pair[0]))
        full = [self._with_facts(*pair, now) for pair in named[:MOST_LISTED]]
        return [*full, *(event for event, _ in named[MOST_LISTED:])]

    def _event(self, event: AlertEvent, facts: Facts) -> Event:
        alert = event.alert
        return Event(event.happening, event.condition, facts, alert.began, alert.ended)

    def _names(self, event: AlertEvent, reasons: Reasons) -> Facts:
        """Return who an event is about; of the daemon and of a server that is all there is."""
        condition, subject = event.condition, event.alert.key.subject
        if isinstance(condition, DaemonCondition):
            reason = reasons.of_daemon.get(condition)
            return daemon_facts(condition, reason=reason, public_url=self._public_url)
        name = subject.partition(":")[2]
        if isinstance(condition, ServerCondition):
            reason = reasons.of_server(condition, name)
            return server_facts(name, reason=reason, public_url=self._public_url)
        view = self._fleet.job(int(name))
        if view is None:  # it was deleted, or cannot be evaluated, since it was looked at
            return Facts(subject=subject, kind=SubjectKind.JOB.value, name=f"job {name}")
        return job_names(view, self._public_url)

    def _with_facts(self, event: Event, told: AlertEvent, now: Millis) -> Event:
        condition = event.condition
        if not isinstance(condition, Condition):
            return event
        view = self._fleet.job(int(told.alert.key.subject.partition(":")[2]))
        if view is None:
            return event
        reason, url = told.alert.reason, self._public_url
        return replace(event, facts=job_facts(view, condition, now, reason=reason, public_url=url))


def _notice(away: Away) -> str:
    return (
        f"The monitor was away from {exact(away.since)} to {exact(away.until)};"
        " reports of that time may be lost."
    )
