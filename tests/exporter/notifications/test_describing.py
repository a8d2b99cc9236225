"""What messages say is looked up when they are made."""

import pytest

from exporter.config.notifications import Channel
from exporter.model import Status
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition
from exporter.model.notifications import Alert, AlertKey, Message, MessageKind
from exporter.notifications.absence import Away
from exporter.notifications.describing import Describer
from exporter.notifications.events import Happening
from exporter.notifications.rendering import Templates
from exporter.notifications.tracker import CONDITIONS, AlertEvent
from exporter.times import HOUR
from tests.exporter.notifications.world import PHONE, World
from tests.support.strategies.state import START


@pytest.fixture
def world() -> World:
    made = World(PHONE)
    made.report(1, Status.ERROR)
    return made


def event(subject: str, condition: str, happening: Happening = Happening.BEGAN) -> AlertEvent:
    ended = START + HOUR if happening.is_end else None
    alert = Alert(AlertKey("phone", subject, condition), START, START, ended=ended)
    return AlertEvent(happening, CONDITIONS[condition], alert)


def said(world: World, *events: AlertEvent, away: Away | None = None) -> Message:
    describer = Describer(world.fleet, world.faults, Templates(), "https://backups.example")
    return describer.message(Channel("phone", PHONE.url), events, away, START + 2 * HOUR)


def test_a_job_is_named_and_linked(world: World) -> None:
    message = said(world, event("job:1", Condition.FAILING.value))
    assert message.title == "nas / job 1 failed"
    assert "https://backups.example/jobs/1" in message.text
    assert (message.kind, message.channel) == (MessageKind.ALERT, "phone")


def test_what_is_over_is_a_recovery(world: World) -> None:
    message = said(world, event("job:1", Condition.FAILING.value, Happening.OVER))
    assert message.kind is MessageKind.RECOVERY
    assert message.title.startswith("Recovered: nas / job 1")


def test_a_server_and_the_daemon_say_why(world: World) -> None:
    world.faults.pulls["attic"] = "connection refused"
    world.faults.daemon[DaemonCondition.CLOCK] = "the clock jumped by a day"
    of_server = said(world, event("server:attic", ServerCondition.PULL_FAILING.value))
    assert "connection refused" in of_server.text
    assert "attic" in of_server.title
    of_daemon = said(world, event("daemon", DaemonCondition.CLOCK.value))
    assert "the clock jumped by a day" in of_daemon.text


def test_a_job_that_is_gone_meanwhile_has_its_number(world: World) -> None:
    assert "job 9" in said(world, event("job:9", Condition.OVERDUE.value)).title


def test_an_absence_is_said_first(world: World) -> None:
    away = Away(START, START + HOUR)
    text = said(world, event("job:1", Condition.FAILING.value), away=away).text
    assert text.startswith(
        "The monitor was away from 2026-01-01 00:00:00 UTC to 2026-01-01 01:00:00"
    )


def test_of_many_only_those_that_are_listed_have_all_facts(world: World) -> None:
    for job_id in range(2, 40):
        world.report(job_id, Status.ERROR)
    events = [event(f"job:{job_id}", Condition.FAILING.value) for job_id in range(1, 40)]
    message = said(world, *events)
    assert message.title == "39 backups of nas failed"
    assert "19 more" in message.text
