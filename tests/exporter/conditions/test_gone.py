"""A job that its server no longer lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.conditions.causes import cause
from exporter.conditions.evaluate import conditions
from exporter.conditions.since import since
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import JobSettings
from exporter.model.conditions import Condition
from exporter.model.declared import Declared, DeclaredBy
from exporter.model.listed import Listed
from exporter.schedule.policy import SchedulePolicy
from exporter.times import DAY, HOUR, Millis
from tests.exporter.conditions.views import LAST, MONTH_LATER, NOW, daily
from tests.support.daemon import CREATED
from tests.support.strategies.state import change_of, fold, histories, server_named

GONE = LAST + HOUR


def view_of(state: JobState, settings: JobSettings = JobSettings()) -> JobView:  # noqa: B008 - frozen
    fleet = Fleet(SchedulePolicy(), CREATED)
    fleet.apply(change_of(server_named("nas"), Job.of(1, 1, "Photos", state, settings)))
    view = fleet.job(1)
    assert view is not None
    return view


def listed(state: JobState, gone: Millis | None = GONE) -> JobState:
    return state.with_listed(Listed("https://nas.example:8200", "m-1", "DB-2", gone))


def held(view: JobView, now: Millis = NOW) -> list[str]:
    return [each.value for each in conditions(view, now)]


@pytest.mark.parametrize("now", [GONE, NOW, MONTH_LATER, MONTH_LATER * 2])
def test_it_is_gone_and_never_overdue_or_stale(now: Millis) -> None:
    view = view_of(listed(fold(daily())))
    assert held(view, now) == ["gone"]
    assert (view.expectation, view.effective_deadline) == (None, None)


def test_since_when_and_why_is_told() -> None:
    state = listed(fold(daily()))
    view = view_of(state)
    assert since(view, state, Condition.GONE) == GONE
    assert "DB-2" in (cause(view, state, Condition.GONE, NOW) or "")


def test_one_that_is_listed_is_expected_as_ever() -> None:
    view = view_of(listed(fold(daily()), None))
    assert held(view) == ["fine"]
    assert held(view, MONTH_LATER) == ["overdue", "stale"]


def test_a_person_confirms_it() -> None:
    state = listed(fold(daily()))
    assert held(view_of(state, JobSettings(cleared=GONE)), MONTH_LATER) == ["off"]
    before = JobSettings(cleared=GONE - 1)
    assert held(view_of(state, before), MONTH_LATER) == ["gone"]


def test_one_that_never_ran_is_gone_as_well() -> None:
    planned = Declared(LAST, DeclaredBy.REPORTED, LAST + DAY, DAY)
    view = view_of(listed(JobState(declared=planned)))
    assert held(view, MONTH_LATER) == ["gone", "waiting"]


@given(histories(most=8), st.integers(0, MONTH_LATER), st.integers(0, MONTH_LATER * 2))
def test_whatever_ran_before_a_gone_one_is_not_expected(
    runs: list[object], gone: Millis, now: Millis
) -> None:
    state = listed(fold(runs).with_declared(Declared(LAST)), gone)  # type: ignore[arg-type] # drawn
    view = view_of(state)
    assert (view.health.gone is None) == (state.last is not None and state.last.started > gone)
    if view.health.gone is not None:
        assert not {"overdue", "stale"} & set(held(view, now))
        assert "gone" in held(view, now)
