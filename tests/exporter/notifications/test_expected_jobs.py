"""A job that was declared and never ran is told of as any that is overdue."""

from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import JobSettings
from exporter.model.conditions import Condition
from exporter.model.declared import Declared
from exporter.mqtt.states import job_state
from exporter.notifications.facts import job_facts
from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.exporter.notifications.world import World
from tests.support.strategies.state import START, change_of, server_named

DEADLINE = START + DAY + 2 * HOUR


def expected() -> World:
    """Return a world whose only job was declared at its start."""
    world = World()
    job = Job.of(1, 1, "Photos", JobState(declared=Declared(START)), JobSettings())
    world.fleet.apply(change_of(server_named("nas", last_report=0), job))
    return world


def test_it_is_told_once_it_is_overdue_and_not_before() -> None:
    world = expected()
    assert world.pass_time(DEADLINE - START) == []
    (told,) = world.pass_time(3 * HOUR)
    assert (told.subject, told.condition, told.happening) == ("job:1", "overdue", "began")


def test_the_message_says_that_no_run_ever_came() -> None:
    (view,) = expected().fleet.jobs()
    facts = job_facts(view, Condition.OVERDUE, DEADLINE + HOUR)
    assert facts.reason == "expected 2026-01-02 00:00:00 UTC, no run ever came"
    assert (facts.last_run, facts.last_success, facts.overdue) == (None, None, "1 hour")


def test_home_assistant_is_told_of_a_problem_without_a_status() -> None:
    (view,) = expected().fleet.jobs()
    waits, overdue = job_state(view, START + MINUTE), job_state(view, DEADLINE + 1)
    assert (waits["problem"], waits["because"]["conditions"]) == ("OFF", ["waiting"])
    assert (overdue["problem"], overdue["status"]) == ("ON", None)
    assert overdue["next_due"] == format_timestamp(START + DAY)
