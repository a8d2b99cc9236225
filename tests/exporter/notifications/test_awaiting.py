"""Overdue jobs of which nothing is told before their server was asked."""

import pytest
from msgspec.structs import replace

from exporter.fleet.views import JobView
from exporter.model import JobSettings, Status
from exporter.notifications.notifier import Notifier
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.exporter.notifications.world import PHONE, Told, World

WAIT = MINUTE


class Pulls:
    """Pulls that end as the test says."""

    def __init__(self) -> None:
        self.number = 0
        self.asked: Millis | None = None
        self.over = False

    def mark(self) -> object:
        return self.number

    def waits_until(self, view: JobView, now: Millis) -> Millis | None:
        deadline = view.effective_deadline
        assert deadline is not None
        until = deadline + WAIT
        return None if self.over or now >= until else until

    def end(self) -> None:
        """Let the pull end."""
        self.number += 1
        self.over = True


@pytest.fixture
def pulls() -> Pulls:
    return Pulls()


def waiting(pulls: Pulls, hold: Millis = 0) -> World:
    """Return a world whose job is overdue since a millisecond, and waits."""
    world = World(
        replace(PHONE, hold=hold),
        settings=JobSettings(schedule="every 1d", tolerance=HOUR),
    )
    world.parts = world.parts._replace(pulls=pulls)
    world.notifier = Notifier(world.parts, world.now)
    world.report(1, Status.SUCCESS)
    view = world.fleet.job(1)
    assert view is not None
    assert view.effective_deadline is not None
    assert world.pass_time(view.effective_deadline - world.now + 1) == []
    assert view.overdue(world.now)
    return world


def has_reason(world: World) -> bool:
    return world.notifier.changed


def conditions(told: list[Told]) -> list[str]:
    return [f"{each.condition} {each.happening}" for each in told]


def test_an_overdue_job_is_told_once_the_pull_ended(pulls: Pulls) -> None:
    world = waiting(pulls)
    assert world.pass_time(20 * SECOND) == []
    assert not has_reason(world)
    pulls.end()
    assert has_reason(world)
    assert conditions(world.pass_time(30 * SECOND)) == ["overdue began"]
    assert not has_reason(world)


def test_an_overdue_job_is_told_after_a_minute_whatever_the_pull_does(pulls: Pulls) -> None:
    world = waiting(pulls)
    assert world.pass_time(WAIT - SECOND) == []
    assert conditions(world.pass_time(SECOND + 30 * SECOND)) == ["overdue began"]


def test_the_wait_counts_as_part_of_the_hold(pulls: Pulls) -> None:
    world = waiting(pulls, hold=10 * MINUTE)
    began = world.now
    world.pass_time(40 * SECOND)
    pulls.end()
    assert world.pass_time(9 * MINUTE) == []
    (told,) = world.pass_time(MINUTE)
    assert (told.condition, told.began) == ("overdue", began)


def test_a_run_that_the_pull_found_is_all_that_there_is(pulls: Pulls) -> None:
    world = waiting(pulls)
    world.report(1, Status.SUCCESS)
    pulls.end()
    assert world.pass_time(HOUR) == []


def test_a_failure_that_the_pull_found_is_told_in_the_place_of_overdue(pulls: Pulls) -> None:
    world = waiting(pulls)
    world.report(1, Status.FATAL)
    pulls.end()
    assert conditions(world.pass_time(HOUR)) == ["failing began"]


def test_a_job_that_is_gone_waits_no_more(pulls: Pulls) -> None:
    world = waiting(pulls)
    world.set(1, JobSettings(schedule="off"))
    pulls.end()
    assert world.pass_time(DAY) == []
