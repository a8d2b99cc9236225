"""What a job's runs say of it, whatever the moment."""

import pytest
from msgspec.structs import replace

from exporter.jobs.health import JobHealth, is_failing
from exporter.jobs.job import Job
from exporter.model import CopyOutcome, JobSettings, Status, StoredRun, unnamed
from exporter.times import DAY, MINUTE, Millis
from tests.support.strategies.state import START, copying_to, fold, job_named, stored_run

S, E, I = Status.SUCCESS, Status.ERROR, Status.INTERRUPTED  # noqa: E741 - short in a table


def nights(*statuses: Status) -> list[StoredRun]:
    return [stored_run(START + n * DAY, status=status) for n, status in enumerate(statuses)]


def standing(name: str, *statuses: Status, cleared: Millis | None = None) -> JobHealth:
    job = replace(job_named(name, nights(*statuses)), settings=JobSettings(cleared=cleared))
    return JobHealth.from_state(job, job.state)


@pytest.mark.parametrize(
    ("statuses", "failing"),
    [([S], False), ([E], True), ([E, I], True), ([I], False), ([S, I], False), ([E, S, I], False)],
)
def test_the_newest_run_that_completed_or_failed_decides(
    statuses: list[Status], *, failing: bool
) -> None:
    assert standing("Photos", *statuses).failing is failing


@pytest.mark.parametrize("name", [unnamed(None), unnamed("s3")])
@pytest.mark.parametrize(
    ("statuses", "cleared", "failing"),
    [
        ([S, S], None, False),
        ([E, S], None, True),
        ([E, S], START, True),
        ([E, S], START + MINUTE, False),
        ([E, E], START + DAY, True),
        ([I, S], None, False),
    ],
)
def test_a_failure_of_what_nobody_named_stands_until_a_person_clears_it(
    name: str, statuses: list[Status], cleared: Millis | None, *, failing: bool
) -> None:
    found = standing(name, *statuses, cleared=cleared)
    assert found.failing is failing
    assert found.unnamed is (cleared is None or cleared < START + DAY + MINUTE)


def test_an_old_failure_that_comes_after_somebody_cleared_the_job_is_not_cleared() -> None:
    first, second = nights(E, E)
    late = replace(first, received=START + 9 * DAY)
    job = Job.of(1, 1, unnamed(None), fold([second, late]), JobSettings(cleared=START + 2 * DAY))
    assert is_failing(job, job.state)


def test_a_name_that_only_begins_so_is_a_name() -> None:
    assert not standing("(unnamed)s", E, S).failing
    assert not standing("(unnamed)s", E, S).unnamed


def test_the_last_good_end_and_both_starts_are_told() -> None:
    found = standing("Photos", S, E, I)
    assert found.last is I
    assert found.last_good == START + MINUTE
    assert (found.first_start, found.last_start) == (START, START + 2 * DAY)


def test_an_end_that_lies_behind_the_reports_arrival_is_bounded() -> None:
    run = nights(S)[0]
    late = replace(run, run=replace(run.run, ended=START + 900 * DAY))
    job = job_named("Photos", [late])
    assert JobHealth.from_state(job, job.state).last_good == run.received + 5 * MINUTE


def test_second_copies_are_in_trouble_once_missed_twice_or_too_old() -> None:
    copied = [
        stored_run(at, copying=copying_to(at, CopyOutcome.COPIED, ["file:///a"]))
        for at in (START, START + DAY)
    ]
    missed = [
        stored_run(START + n * DAY, status=E, copying=copying_to(START, CopyOutcome.MISSED))
        for n in (2, 3)
    ]
    old_from = START + DAY + 2 * DAY + DAY
    job = job_named("Photos", copied)
    found = JobHealth.from_state(job, job.state)
    assert [found.copies_old(old_from + late) for late in (0, 1)] == [False, True]
    assert not found.copies_missed
    job = job_named("Photos", [*copied, *missed])
    assert JobHealth.from_state(job, job.state).copies_missed
