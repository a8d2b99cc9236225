"""When time alone changes what holds: nothing changes before, and it is known when to look."""

from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.conditions.evaluate import conditions
from exporter.conditions.upcoming import next_change
from exporter.model import JobSettings, StoredRun
from exporter.model.conditions import Condition
from exporter.model.live import LiveStatus
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.exporter.conditions.views import LAST, NOW, daily, fleet_of, heard, view_of
from tests.support.strategies.state import START, activities, histories

PAUSED = JobSettings(paused=True)


def test_a_job_that_is_fine_becomes_overdue_a_millisecond_after_its_deadline() -> None:
    view = view_of(daily())
    turn = next_change(view, NOW)
    assert turn is not None
    assert Condition.OVERDUE not in conditions(view, turn - 1)
    assert Condition.OVERDUE in conditions(view, turn)


def test_a_run_in_progress_becomes_stalled() -> None:
    view = heard(daily(), LAST + DAY, LAST + DAY + MINUTE)
    turn = next_change(view, LAST + DAY + 2 * MINUTE)
    assert turn is not None
    assert Condition.STALLED in conditions(view, turn)


def test_nothing_more_happens_to_a_job_that_was_silent_for_a_year() -> None:
    assert next_change(view_of(daily()), LAST + 365 * DAY) is None


@given(
    runs=histories(most=12),
    activity=st.none() | activities(START + 10 * DAY),
    paused=st.booleans(),
    data=st.data(),
)
@settings(max_examples=200)
def test_nothing_changes_before_the_next_change(
    runs: list[StoredRun], activity: LiveStatus | None, *, paused: bool, data: st.DataObject
) -> None:
    fleet = fleet_of(runs, PAUSED if paused else None)
    if activity is not None:
        fleet.apply_live_report(1, activity, START + 10 * DAY)
    view = fleet.job(1)
    if view is None:
        return
    now: Millis = data.draw(st.integers(START, START + 80 * DAY))
    turn = next_change(view, now)
    until = now + 400 * DAY if turn is None else turn - 1
    later = data.draw(st.integers(now, until))
    assert conditions(view, later) == conditions(view, now)
    assert turn is None or turn > now
    assert conditions(view, until) == conditions(view, now)


def test_the_times_of_a_paused_job_are_looked_at_too() -> None:
    view = view_of(daily(), PAUSED)
    assert next_change(view, NOW) is not None
    assert Condition.STALE not in conditions(view, LAST + 30 * DAY + HOUR)
