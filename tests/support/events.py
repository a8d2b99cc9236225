"""Events to tell people of."""

from exporter.model.conditions import AnyCondition, Condition, DaemonCondition
from exporter.notifications.composing import Context
from exporter.notifications.events import Event, Happening
from exporter.notifications.facts import Facts, daemon_facts, server_facts
from exporter.notifications.rendering import Templates
from exporter.notifications.samples import NOW, URL
from exporter.times import HOUR

CONTEXT = Context(Templates(), NOW, URL)


def of_job(
    name: str, condition: AnyCondition = Condition.OVERDUE, happening: Happening = Happening.BEGAN
) -> Event:
    """Return an event of the job with a name such as ``nas / Documents``."""
    server, _, backup = name.partition(" / ")
    known = Facts(subject=f"job:{name}", kind="job", name=name, server=server, backup=backup)
    return event(condition, known, happening)


def of_server(name: str, condition: AnyCondition, happening: Happening = Happening.BEGAN) -> Event:
    """Return an event of a server that is pulled from."""
    return event(condition, server_facts(name), happening)


def of_daemon(condition: DaemonCondition, happening: Happening = Happening.BEGAN) -> Event:
    """Return an event of the daemon."""
    return event(condition, daemon_facts(condition), happening)


def event(condition: AnyCondition, known: Facts, happening: Happening) -> Event:
    """Return what began four hours ago and, if it ended, did so an hour ago."""
    ended = NOW - HOUR if happening.is_end else None
    return Event(happening, condition, known, NOW - 4 * HOUR, ended)


def jobs(count: int, servers: int, condition: AnyCondition = Condition.OVERDUE) -> list[Event]:
    """Return an event of each of so many jobs, spread over servers."""
    return [of_job(f"s{each % servers} / Backup {each:02}", condition) for each in range(count)]
