"""What is known of a week: the runs in it, and how it stands now."""

from typing import Any

import pytest

from exporter.model import Copying, CopyOutcome, Counts, SecondCopy, Status, Verification
from exporter.model.conditions import Condition, DaemonCondition
from exporter.notifications.digest import Amounts, CopyFact, JobFacts, VerificationFact
from exporter.times import DAY, HOUR, MINUTE
from tests.exporter.notifications.digest.conftest import Collect
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.recording import record
from tests.support.reports_builder import duplicati_report


def only(collected: Collect) -> JobFacts:
    (job,) = collected().jobs
    return job


def run(daemon: Daemon, days: float, status: Status = Status.SUCCESS, **counts: Any) -> int:  # noqa: ANN401 - any count
    began = NOW - round(days * DAY)
    return record(daemon, "Documents", began, status, counts=Counts(**counts))


def test_runs_of_the_span_are_counted(daemon: Daemon, collected: Collect) -> None:
    for days, status in enumerate((Status.SUCCESS, Status.INTERRUPTED, Status.FATAL, Status.ERROR)):
        run(daemon, days + 0.5, status, uploaded_bytes=10)
    run(daemon, 8, uploaded_bytes=1000)
    assert only(collected).amounts == Amounts(runs=4, failed=2, interrupted=1, uploaded=40)


def test_a_job_without_a_run_in_the_span_is_there_all_the_same(
    daemon: Daemon, collected: Collect
) -> None:
    run(daemon, 9, examined_bytes=500, stored_bytes=300, versions=1)
    job = only(collected)
    assert job.amounts == Amounts(source=500, stored=300)
    assert job.worst is Condition.OVERDUE
    assert job.last_success == NOW - 9 * DAY + MINUTE


@pytest.mark.parametrize(
    ("days", "growth"),
    [
        ((9, 8, 1), 70),  # from the last run before the span
        ((6, 3, 1), 150),  # from the first one in it
        ((1,), None),
        ((9, 8), None),
    ],
)
def test_growth_is_that_of_the_span(
    daemon: Daemon, collected: Collect, days: tuple[int, ...], growth: int | None
) -> None:
    for day, size in zip(days, (100, 180, 250), strict=False):
        run(daemon, day, examined_bytes=size)
    assert only(collected).amounts.growth == growth


def test_a_source_shrinks_too(daemon: Daemon, collected: Collect) -> None:
    run(daemon, 8, examined_bytes=500)
    run(daemon, 1, examined_bytes=200)
    assert only(collected).amounts.growth == -300
    assert collected().totals.growth == -300


@pytest.mark.parametrize(
    ("earlier", "newest", "days"),
    [(600, 200, 3.0), (600, -1, None), (-1, 200, None), (None, 200, None), (200, 200, None)],
)
def test_free_space_that_shrinks_ends(
    daemon: Daemon, collected: Collect, earlier: int | None, newest: int, days: float | None
) -> None:
    run(daemon, 9, examined_bytes=1, quota_free_bytes=earlier)
    run(daemon, 1, examined_bytes=1, quota_free_bytes=newest)
    assert only(collected).full_in_days == days


def test_verifications_and_second_copies_are_told(daemon: Daemon, collected: Collect) -> None:
    copied = SecondCopy("b2://copy", NOW - 3 * DAY, Status.SUCCESS, 7, 7, 0)
    failed = Verification(NOW - 2 * DAY, Status.ERROR)
    copying = Copying(CopyOutcome.COPIED, (copied,))
    record(daemon, "Documents", NOW - 3 * DAY, copying=copying, verification=failed)
    record(daemon, "Documents", NOW - DAY, copying=Copying(CopyOutcome.MISSED))
    job = only(collected)
    assert job.test == VerificationFact(NOW - 2 * DAY, passed=False)
    assert job.copies == (CopyFact("b2://copy", NOW - 3 * DAY),)
    assert job.copies_missed == 1
    assert job.worst is Condition.DAMAGED
    assert job.since == NOW - 2 * DAY


def test_a_failure_has_its_reason(daemon: Daemon, collected: Collect) -> None:
    record(daemon, "Documents", NOW - DAY, Status.FATAL, reason="no route")
    job = only(collected)
    assert (job.reason, job.last_success) == ("no route", None)
    assert job.held[0] is Condition.FAILING
    assert job.since == NOW - DAY


def test_no_time_is_in_the_future(daemon: Daemon, collected: Collect) -> None:
    """The sender's clock was wrong when the run ended."""
    record(daemon, "Documents", NOW - HOUR, ended=NOW + 4 * MINUTE, duration=None)
    job = only(collected)
    assert job.last_success is not None
    assert job.last_success <= NOW


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ({}, ["Documents", "Photos"]),
        ({"backups": ("Ph*",)}, ["Photos"]),
        ({"servers": ("nas",)}, ["Documents", "Photos"]),
        ({"servers": ("attic",)}, ["Documents", "Photos"]),
        ({"servers": ("other", "n?s"), "backups": ("D*", "X")}, ["Documents"]),
        ({"servers": ("laptop-*",)}, []),
    ],
)
def test_only_what_is_chosen_is_in_it(
    daemon: Daemon, collected: Collect, choice: dict[str, tuple[str, ...]], names: list[str]
) -> None:
    for name in ("Photos", "Documents"):
        record(daemon, name, NOW - HOUR)
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    daemon.client.simulate_patch("/api/servers/1", json={"alias": "attic"}, headers=headers)
    facts = collected(**choice)
    assert [job.name for job in facts.jobs] == names
    assert facts.summary.all == len(names)
    assert facts.totals.runs == len(names)


def test_the_worst_comes_first(daemon: Daemon, collected: Collect) -> None:
    record(daemon, "a fine one", NOW - HOUR)
    record(daemon, "b failed", NOW - HOUR, Status.ERROR)
    record(daemon, "c overdue", NOW - 3 * DAY)
    record(daemon, "d failed", NOW - HOUR, Status.ERROR)
    assert [job.name[0] for job in collected().jobs] == ["c", "b", "d", "a"]


def test_refused_reports_are_told(daemon: Daemon, collected: Collect) -> None:
    record(daemon, "Documents", NOW - HOUR)
    assert daemon.post(duplicati_report(began=NOW)[:-1]).status_code == 400
    assert [each.condition for each in collected().faults] == [DaemonCondition.REFUSED]


def test_nothing_is_known_of_an_empty_fleet(collected: Collect) -> None:
    facts = collected()
    assert (facts.jobs, facts.totals, facts.summary.all) == ([], Amounts(), 0)
