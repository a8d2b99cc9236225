"""Makes one message of what a channel is told: the facts as they are now, in words."""

from collections.abc import Sequence

from exporter.config.notifications import Channel
from exporter.fleet import Fleet
from exporter.formatting import exact
from exporter.model.conditions import Condition, DaemonCondition
from exporter.model.notifications import Message, MessageKind, SubjectKind
from exporter.notifications.absence import Away
from exporter.notifications.composing import Context, compose
from exporter.notifications.events import Event
from exporter.notifications.facts import Facts, daemon_facts, job_facts, server_facts
from exporter.notifications.notifier import Faults
from exporter.notifications.rendering import Templates
from exporter.notifications.tracker import AlertEvent
from exporter.notifications.trouble import Trouble
from exporter.times import Millis


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
        made = compose([self._event(each, now) for each in events], context)
        self._trouble.note(made.fault)
        over = all(each.happening.is_end for each in events)
        kind = MessageKind.RECOVERY if over else MessageKind.ALERT
        return Message(channel.name, kind, now, made.title, made.text, made.html, next_attempt=now)

    def _event(self, event: AlertEvent, now: Millis) -> Event:
        alert = event.alert
        facts = self._facts(event, now)
        return Event(event.happening, event.condition, facts, alert.began, alert.ended)

    def _facts(self, event: AlertEvent, now: Millis) -> Facts:
        condition, key = event.condition, event.alert.key
        name = key.subject.partition(":")[2]
        if isinstance(condition, Condition):
            return self._of_job(int(name), condition, event, now)
        if isinstance(condition, DaemonCondition):
            reason = self._faults.of_daemon(now).get(condition)
            return daemon_facts(condition, reason=reason, public_url=self._public_url)
        reason = self._faults.of_pulls().get(name) or None
        return server_facts(name, reason=reason, public_url=self._public_url)

    def _of_job(self, job_id: int, condition: Condition, event: AlertEvent, now: Millis) -> Facts:
        view, reason = self._fleet.job(job_id), event.alert.reason
        if view is None:  # it was deleted, or cannot be evaluated, since it was looked at
            subject = event.alert.key.subject
            return Facts(subject=subject, kind=SubjectKind.JOB.value, name=f"job {job_id}")
        return job_facts(view, condition, now, reason=reason, public_url=self._public_url)


def _notice(away: Away) -> str:
    return (
        f"The monitor was away from {exact(away.since)} to {exact(away.until)};"
        " reports of that time may be lost."
    )
