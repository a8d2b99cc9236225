"""A destination that is full soon, or nearly full: when, since when, and when that changes."""

import pytest

from exporter.conditions.evaluate import conditions, held_by_runs
from exporter.conditions.since import since
from exporter.conditions.upcoming import next_change
from exporter.fleet.views import JobView
from exporter.model import Counts, JobSettings, StoredRun
from exporter.model.conditions import Condition
from exporter.times import DAY, HOUR, Millis
from tests.exporter.conditions.views import view_of
from tests.support.strategies.state import START, stored_run

TOTAL = 1000


def freeing(*free: int | None, total: int | None = TOTAL, every: Millis = DAY) -> list[StoredRun]:
    """Return runs that found so much free."""
    return [
        stored_run(
            START + number * every, counts=Counts(quota_free_bytes=found, quota_total_bytes=total)
        )
        for number, found in enumerate(free)
    ]


def filling(runs: list[StoredRun], settings: JobSettings | None = None) -> bool:
    """Return whether a job is filling its destination right after its last run."""
    return Condition.FILLING in conditions(view_of(runs, settings), runs[-1].started + HOUR)


@pytest.mark.parametrize(
    ("runs", "holds"),
    [
        (freeing(400, 360, 320, 280), True),
        (freeing(400, 390, 380, 370), False),
        (freeing(400, 360, 320), False),
        (freeing(900, 800, 700, 600, 500), True),
        (freeing(50), True),
        (freeing(51), False),
        (freeing(0), True),
        (freeing(51, 51, 51, 51), False),
        (freeing(50, total=None), False),
        (freeing(400, 360, 320, 280, total=None), True),
        (freeing(400, 360, 320, -1, total=-1), False),
        (freeing(-1, -1, -1, -1), False),
        (freeing(None, None, total=None), False),
        (freeing(20, 20, 20, 900), False),
        (freeing(40, 30, 20, 10, 900, 890), False),
        (freeing(100, 200, 300, 400), False),
        (freeing(410, 310, 210, every=7 * DAY), False),
        (freeing(500, 300, 100, every=7 * DAY), True),
    ],
    ids=[
        "full in a week",
        "full in five weeks",
        "known for two days",
        "full in five days, half of it free",
        "a twentieth free",
        "hardly more",
        "nothing free",
        "hardly more that does not move",
        "the whole unknown",
        "the whole unknown, full in a week",
        "a last run that did not look",
        "of a destination that does not say it",
        "nothing reported",
        "emptied by the last run",
        "emptied, and in use again",
        "growing",
        "weekly, full in two weeks and a day",
        "weekly, full in three days",
    ],
)
def test_a_destination_is_filling_up(runs: list[StoredRun], *, holds: bool) -> None:
    assert filling(runs) == holds


def near(view: JobView) -> Millis:
    """Return the time until which a job is not yet filling its destination."""
    at = view.health.filling_from
    assert at is not None
    return at


def test_it_begins_with_time_alone_two_weeks_before_the_day() -> None:
    runs = freeing(500, 480, 460, 440)
    view = view_of(runs, JobSettings(schedule="off"))
    full_at = runs[-1].started + 22 * DAY
    assert view.health.full_at == full_at
    assert near(view) == full_at - 14 * DAY
    assert Condition.FILLING not in conditions(view, near(view))
    assert Condition.FILLING in conditions(view, near(view) + 1)
    assert next_change(view, runs[-1].started) == near(view) + 1
    assert since(view, view.job.state, Condition.FILLING) == near(view)


def test_it_lasts_beyond_the_day_until_a_run_finds_space() -> None:
    runs = freeing(500, 480, 460, 440)
    assert Condition.FILLING in conditions(view_of(runs), START + 400 * DAY)
    assert not filling([*runs, stored_run(START + 5 * DAY, counts=Counts(quota_free_bytes=999))])


def test_two_jobs_of_one_destination_each_say_what_their_runs_found() -> None:
    seldom = freeing(400, 280, every=3 * DAY)
    assert filling(freeing(400, 360, 320, 280))
    assert filling(seldom)
    assert not filling(seldom[:1])


def test_a_paused_job_does_not_keep_its_destination_from_filling_up() -> None:
    paused = view_of(freeing(400, 360, 320, 280), JobSettings(paused=True))
    assert conditions(paused, START + 4 * DAY) == (Condition.FILLING, Condition.PAUSED)


def test_it_is_since_the_first_of_the_runs_in_a_row_that_found_hardly_any_free() -> None:
    view = view_of(freeing(40, 60, 50, 50, 45))
    assert Condition.FILLING in conditions(view, START + 4 * DAY + HOUR)
    assert since(view, view.job.state, Condition.FILLING) == START + 2 * DAY


def test_it_is_not_since_before_anything_was_known() -> None:
    view = view_of(freeing(400, 300, 200, 100))
    assert since(view, view.job.state, Condition.FILLING) == START


def test_time_decides_so_no_report_alone_does() -> None:
    view = view_of(freeing(50))
    assert Condition.FILLING not in held_by_runs(view.job, view.job.state)
