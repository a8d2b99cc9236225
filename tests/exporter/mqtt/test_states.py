"""The present values of a job and of the fleet."""

import pytest
from msgspec.structs import replace

from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import Fault
from exporter.fleet.views import JobView
from exporter.model import Counts, JobSettings, Status
from exporter.model.conditions import DaemonCondition
from exporter.model.live import Progress
from exporter.mqtt.states import MAX_CAUSE, fleet_state, job_state
from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.exporter.conditions.views import (
    ERROR,
    LAST,
    MONTH_LATER,
    NOW,
    STOPPED,
    WARNING,
    daily,
    heard,
    row,
    view_of,
)
from tests.support.strategies.state import START, stored_run


def test_a_good_job_is_no_problem() -> None:
    state = job_state(view_of(daily()), NOW)
    assert state == {
        "problem": "OFF",
        "because": {"conditions": ["fine"], "cause": None},
        "status": "success",
        "last_success": state["last_success"],
        "next_due": format_timestamp(LAST + DAY),
        "size": 10**9,
        "duration": state["duration"],
        "running": "OFF",
        "progress": None,
    }
    assert state["last_success"].startswith(format_timestamp(LAST)[:10])


@pytest.mark.parametrize(
    ("view", "conditions"),
    [
        (view_of(daily(last=ERROR)), ["failing"]),
        (view_of(daily(last=STOPPED)), ["interrupted"]),
        (view_of(row(ERROR, ERROR)), ["failing"]),
    ],
)
def test_what_somebody_should_look_at_is_a_problem(view: JobView, conditions: list[str]) -> None:
    state = job_state(view, LAST + HOUR if view.health.last_good else START + DAY + HOUR)
    assert (state["problem"], state["because"]["conditions"]) == ("ON", conditions)


def test_a_warning_is_no_problem_but_is_said() -> None:
    state = job_state(view_of(daily(last=WARNING)), NOW)
    assert (state["problem"], state["status"]) == ("OFF", "warning")
    assert state["because"]["conditions"] == ["warning"]


@pytest.mark.parametrize("chosen", [{"muted": NOW + DAY}, {"paused": True}])
def test_a_job_that_a_person_muted_or_paused_is_no_problem(chosen: dict[str, int]) -> None:
    view = view_of(daily(last=ERROR), JobSettings(**chosen))  # type: ignore[arg-type] # by its name
    state = job_state(view, NOW)
    assert (state["problem"], state["because"]["conditions"][0]) == ("OFF", "failing")


def test_an_overdue_job_says_why() -> None:
    state = job_state(view_of(daily()), NOW + 2 * DAY)
    assert state["because"]["conditions"] == ["overdue"]
    assert state["because"]["cause"].startswith("expected ")


def test_a_cause_that_time_alone_changes_is_left_out() -> None:
    view = view_of(daily(last=ERROR), JobSettings(schedule="off"))
    assert "ago" not in str(job_state(view, MONTH_LATER)["because"]["cause"])


def test_a_cause_is_on_one_line_and_cut() -> None:
    run = stored_run(START, status=Status.ERROR)
    run = replace(run, run=replace(run.run, reason="no\nroute " + "x" * 1000))
    cause = job_state(view_of([run]), START + HOUR)["because"]["cause"]
    assert cause.startswith("no route x")
    assert len(cause) == MAX_CAUSE


def test_nothing_is_due_of_a_paused_job() -> None:
    assert job_state(view_of(daily(), JobSettings(paused=True)), NOW)["next_due"] is None
    assert job_state(view_of(daily(), JobSettings(schedule="off")), NOW)["next_due"] is None


def test_an_end_in_the_future_is_of_a_wrong_clock() -> None:
    view = view_of(daily())
    assert job_state(view, LAST)["last_success"] == format_timestamp(LAST)


def test_a_size_that_no_run_told_is_unknown() -> None:
    assert job_state(view_of([stored_run(START, counts=Counts())]), NOW)["size"] is None


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(None, None), (0.0, 0), (0.423, 42), (1.0, 100), (7.5, 100), (-1.0, 0)],
)
def test_progress_is_in_whole_percent(ratio: float | None, expected: int | None) -> None:
    view = heard(daily(), NOW, NOW + MINUTE)
    assert view.running is not None
    run = view.running.run
    activity = replace(run.activity, progress=Progress(ratio=ratio))
    running = replace(view.running, run=replace(run, activity=activity))
    state = job_state(replace(view, running=running), NOW + MINUTE)
    assert (state["running"], state["progress"]) == ("ON", expected)


def test_the_totals_are_those_of_the_page() -> None:
    views = [view_of(daily(last=ERROR)), view_of(daily())]
    summary = StatusSummary.from_views(views, NOW)
    assert fleet_state(summary, (), "1.2.3") == {
        "state": "critical",
        "failing": 1,
        "overdue": 0,
        "jobs": 2,
        "version": "1.2.3",
    }


def test_what_is_wrong_with_the_daemon_counts_too() -> None:
    summary = StatusSummary.from_views([view_of(daily())], NOW)
    fault = Fault(DaemonCondition.CLOCK, "the clock is in doubt")
    assert fleet_state(summary, [fault], "1.2.3")["state"] == "warning"
