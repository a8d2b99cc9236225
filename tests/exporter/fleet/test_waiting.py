"""Jobs that were read at the start wait to be evaluated; no answer shows that they did."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.conditions.standing import Standing
from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet, evaluation
from exporter.fleet.volumes import Volumes
from exporter.jobs.job import Job
from exporter.model import BACKUP, JobKind
from exporter.model.live import LiveRun, LiveStatus, Progress
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.strategies.state import START, job_named, server_named, stored_run

NOW: Millis = START
MANY = 120

ANSWERS: dict[str, Callable[[Fleet], object]] = {
    "totals": lambda fleet: fleet.totals(NOW),
    "jobs": lambda fleet: fleet.jobs(),
    "snapshot": lambda fleet: fleet.snapshot(NOW),
    "overdue": lambda fleet: fleet.overdue(NOW),
    "of a server": lambda fleet: fleet.of_server(1),
    "a job": lambda fleet: [fleet.job(number) for number in (2, 1, 99)],
    "errored": lambda fleet: fleet.count_errored(),
    "changes": lambda fleet: fleet.changes_since_last_call(NOW),
    "summary": lambda fleet: Standing(fleet).summary(NOW),
    "volumes": lambda fleet: Volumes(fleet).current(),
    "scrape": lambda fleet: Exposition(fleet, lambda: NOW, SelfMetrics("1", int)).text().fleet,
}

ages = st.lists(st.sampled_from([MINUTE, HOUR, 7 * HOUR, 3 * DAY]), min_size=1, max_size=4)


def job(number: int, age: Millis) -> Job:
    """Return a job that last ran so long before now."""
    runs = [stored_run(NOW - age - DAY), stored_run(NOW - age)]
    return job_named(f"Photos{number}", runs, number)


def everything(of_ages: Sequence[Millis]) -> Change:
    jobs = tuple(job(number, age) for number, age in enumerate(of_ages, 1))
    return Change((server_named("nas"),), jobs)


def read_at_start(of_ages: Sequence[Millis]) -> Fleet:
    fleet = Fleet(SchedulePolicy(), NOW - 30 * DAY)
    fleet.replace_all(everything(of_ages))
    return fleet


def reported(of_ages: Sequence[Millis]) -> Fleet:
    fleet = Fleet(SchedulePolicy(), NOW - 30 * DAY)
    fleet.apply(everything(of_ages))
    return fleet


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The ids of the jobs that were evaluated, in the order in which they were."""
    ids: list[int] = []
    evaluate = evaluation.evaluate

    def noted(job: Job, *others: object) -> object:
        ids.append(job.id)
        return evaluate(job, *others)  # type: ignore[arg-type] # as it came

    monkeypatch.setattr(evaluation, "evaluate", noted)
    return iter([ids])


@pytest.mark.parametrize("ask", ANSWERS.values(), ids=ANSWERS)
@given(of_ages=ages)
def test_the_first_question_is_answered_as_if_they_had_been_reported(
    ask: Callable[[Fleet], object], of_ages: list[Millis]
) -> None:
    assert ask(read_at_start(of_ages)) == ask(reported(of_ages))


@given(ages, st.sampled_from(list(ANSWERS.values())))
def test_a_report_before_any_question_counts(
    of_ages: list[Millis], ask: Callable[[Fleet], object]
) -> None:
    late, known = read_at_start([9 * DAY, *of_ages]), reported([9 * DAY, *of_ages])
    for fleet in (late, known):
        fleet.apply(Change(jobs=(job(1, MINUTE),)))
    assert ask(late) == ask(known)


@given(ages, st.sampled_from(list(ANSWERS.values())))
def test_a_job_that_is_gone_before_any_question_is_gone(
    of_ages: list[Millis], ask: Callable[[Fleet], object]
) -> None:
    late, known = read_at_start([9 * DAY, *of_ages]), reported([9 * DAY, *of_ages])
    for fleet in (late, known):
        fleet.apply(Change(removed_jobs=(1,)))
    assert ask(late) == ask(known)


@given(ages, st.sampled_from(list(ANSWERS.values())))
def test_a_run_that_was_in_progress_before_the_start_is_in_progress(
    of_ages: list[Millis], ask: Callable[[Fleet], object]
) -> None:
    began = NOW - MINUTE
    status = LiveStatus(BACKUP, began, began, ended=False, failed=False, progress=Progress())
    late, known = read_at_start([9 * DAY, *of_ages]), reported([9 * DAY, *of_ages])
    for fleet in (late, known):
        fleet.resume([(1, LiveRun.first(status, began))], NOW, NOW - HOUR)
    assert ask(late) == ask(known)


def test_another_policy_holds_for_those_that_wait() -> None:
    late, known = read_at_start([9 * DAY] * 3), reported([9 * DAY] * 3)
    policy = SchedulePolicy(tolerance=30 * DAY)
    for fleet in (late, known):
        for _ in fleet.judge_by(policy, HOUR):
            pass
    assert late.overdue(NOW) == known.overdue(NOW) == []


def test_the_start_evaluates_none(evaluated: Iterator[list[int]]) -> None:
    fleet, ids = read_at_start([MINUTE] * MANY), next(evaluated)
    assert fleet.find_job(None, JobKind.BACKUP, "Photos1") is None
    assert ids == []


def test_a_question_about_one_evaluates_that(evaluated: Iterator[list[int]]) -> None:
    fleet, ids = read_at_start([MINUTE] * MANY), next(evaluated)
    fleet.job(7)
    fleet.job(7)
    assert ids == [7]


def test_a_question_about_all_evaluates_each_once(evaluated: Iterator[list[int]]) -> None:
    fleet, ids = read_at_start([MINUTE] * MANY), next(evaluated)
    fleet.job(7)
    fleet.totals(NOW)
    fleet.snapshot(NOW)
    assert sorted(ids) == list(range(1, MANY + 1))


def test_reports_are_taken_between_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock of the fleet is free while the evaluation pauses."""
    fleet = read_at_start([9 * DAY] * MANY)
    reports = [Change(jobs=(job(number, MINUTE),)) for number in (MANY, 1)]

    def pause(_seconds: float) -> None:
        if reports:
            fleet.apply(reports.pop())

    monkeypatch.setattr("exporter.fleet.evaluation.time.sleep", pause)
    assert fleet.totals(NOW).overdue == MANY - 2


def test_one_that_cannot_be_evaluated_is_left_out_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate = evaluation.evaluate

    def failing(job: Job, *others: object) -> object:
        if job.id == 2:
            raise ValueError
        return evaluate(job, *others)  # type: ignore[arg-type] # as it came

    monkeypatch.setattr(evaluation, "evaluate", failing)
    fleet = read_at_start([MINUTE] * 3)
    assert fleet.count_errored() == 1
    assert [view.job.id for view in fleet.jobs()] == [1, 3]
