import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.fleet import Fleet
from exporter.fleet.views import Totals
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import JobSettings, Status, StoredRun
from exporter.model.declared import Declared
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.daemon import CREATED
from tests.support.strategies.state import (
    START,
    change_of,
    histories,
    job_named,
    server_named,
    stored_run,
)

DEADLINE = START + DAY + MINUTE + HOUR
"""Of a job whose one run began at START: a day, the minute it took, the tolerance."""


@pytest.fixture
def two_jobs(fleet: Fleet) -> Fleet:
    nas, laptop = server_named("nas", 1), server_named("laptop", 2, last_report=START + HOUR)
    fleet.apply(change_of(nas, job_named("Photos", [stored_run(START)], 1, 1)))
    failed = stored_run(START + HOUR, status=Status.FATAL)
    fleet.apply(change_of(laptop, job_named("Mail", [stored_run(START), failed], 2, 2)))
    return fleet


def test_an_empty_fleet_counts_nothing_and_was_last_changed_when_it_was_made(fleet: Fleet) -> None:
    assert fleet.totals(START) == Totals(
        servers=0, jobs=0, completed=0, failed=0, failing=0, overdue=0, last_report=CREATED
    )
    assert fleet.servers() == []
    assert fleet.jobs() == []
    assert fleet.overdue(START) == []


def test_a_declared_job_counts_and_no_report_of_its_server_came() -> None:
    fleet = Fleet(SchedulePolicy(), CREATED)
    job = Job.of(1, 1, "Photos", JobState(declared=Declared(START)), JobSettings())
    fleet.apply(change_of(server_named("nas", last_report=0), job))
    deadline = START + DAY + 2 * HOUR
    for now, overdue in ((deadline, 0), (deadline + 1, 1)):
        totals = fleet.totals(now)
        assert (totals.servers, totals.jobs, totals.overdue) == (1, 1, overdue)
        assert (totals.last_report, totals.has_reported) == (CREATED, False)
        assert len(fleet.overdue(now)) == overdue


def test_totals_add_up_over_all_jobs(two_jobs: Fleet) -> None:
    assert two_jobs.totals(START + 2 * HOUR) == Totals(
        servers=2,
        jobs=2,
        completed=2,
        failed=1,
        failing=1,
        overdue=0,
        last_report=START + HOUR,
        has_reported=True,
    )


def test_a_report_replaces_what_was_known_of_its_job(two_jobs: Fleet) -> None:
    mended = [
        stored_run(START),
        stored_run(START + HOUR, status=Status.FATAL),
        stored_run(START + 2 * HOUR),
    ]
    laptop = server_named("laptop", 2, last_report=START + 2 * HOUR)
    two_jobs.apply(change_of(laptop, job_named("Mail", mended, 2, 2)))
    assert two_jobs.totals(START + 2 * HOUR) == Totals(
        servers=2,
        jobs=2,
        completed=3,
        failed=1,
        failing=0,
        overdue=0,
        last_report=START + 2 * HOUR,
        has_reported=True,
    )


@pytest.mark.parametrize(
    ("now", "overdue"),
    [
        (DEADLINE, []),
        (DEADLINE + 1, ["Photos"]),
        (DEADLINE + HOUR, ["Photos"]),
        (DEADLINE + HOUR + 1, ["Photos", "Mail"]),
    ],
)
def test_jobs_turn_overdue_by_the_moment_of_the_question_alone(
    two_jobs: Fleet, now: Millis, overdue: list[str]
) -> None:
    assert [view.job.name for view in two_jobs.overdue(now)] == overdue
    assert two_jobs.totals(now).overdue == len(overdue)
    assert {view.job.name for view in two_jobs.jobs() if view.overdue(now)} == set(overdue)


def test_a_report_makes_an_overdue_job_whole_again(two_jobs: Fleet) -> None:
    runs = [stored_run(START), stored_run(DEADLINE)]
    two_jobs.apply(change_of(server_named("nas", 1), job_named("Photos", runs, 1, 1)))
    assert two_jobs.totals(DEADLINE + 1).overdue == 0


def test_a_job_that_never_made_a_backup_has_a_name_and_a_server_and_is_no_backup_job(
    fleet: Fleet,
) -> None:
    restored = job_named("Photos", [stored_run(START, operation="Restore")])
    fleet.apply(change_of(server_named("nas"), restored))
    assert fleet.totals(START + 30 * DAY).jobs == 0
    assert fleet.jobs() == []
    assert fleet.of_server(1).jobs == []
    assert fleet.job(1) is None
    place = fleet.place(1)
    assert place is not None
    assert place[1].name == "Photos"
    assert (place[0].name, place[1].name) == ("nas", "Photos")


def test_jobs_and_servers_come_in_the_order_of_their_ids(fleet: Fleet) -> None:
    for number in (3, 1, 2):
        server = server_named(f"s{number}", number)
        fleet.apply(change_of(server, job_named("Mail", [stored_run(START)], number, number)))
    fleet.apply(change_of(server_named("s2", 2), job_named("Photos", [stored_run(START)], 4, 2)))
    assert [server.id for server in fleet.servers()] == [1, 2, 3]
    assert [view.job.id for view in fleet.jobs()] == [1, 2, 3, 4]
    assert [view.job.id for view in fleet.of_server(2).jobs] == [2, 4]
    assert fleet.of_server(9).jobs == []


@pytest.mark.parametrize("text", ["nas", "Storage room", "m-1"])
def test_a_server_is_found_by_its_exact_name_alias_or_machine_id(fleet: Fleet, text: str) -> None:
    fleet.apply(change_of(server_named("nas", 1, alias="Storage room", machine_id="m-1")))
    fleet.apply(change_of(server_named("laptop", 2)))
    assert [server.id for server in fleet.find_servers(text)] == [1]


@pytest.mark.parametrize("text", ["NAS", "na", "nas ", "", "None"])
def test_a_text_that_is_not_exactly_a_servers_finds_none(fleet: Fleet, text: str) -> None:
    fleet.apply(change_of(server_named("nas", 1, machine_id="m-1")))
    assert fleet.find_servers(text) == []


def test_every_server_of_a_shared_name_is_found(fleet: Fleet) -> None:
    for number in (1, 2):
        fleet.apply(change_of(server_named("nas", number, machine_id=f"m-{number}")))
    assert {server.id for server in fleet.find_servers("nas")} == {1, 2}


def test_nobody_has_an_id_that_was_never_given(fleet: Fleet) -> None:
    assert fleet.server(1) is None
    assert fleet.job(1) is None
    assert fleet.place(1) is None


def test_what_is_removed_counts_nowhere(two_jobs: Fleet) -> None:
    two_jobs.apply(Change(removed_servers=(2,), removed_jobs=(2,)))
    assert two_jobs.totals(START + 30 * DAY) == Totals(
        servers=1,
        jobs=1,
        completed=1,
        failed=0,
        failing=0,
        overdue=1,
        last_report=START,
        has_reported=True,
    )
    assert two_jobs.find_servers("laptop") == []


Histories = list[list[StoredRun]]


@given(st.lists(histories(most=8), max_size=6), st.integers(START, START + 60 * DAY))
def test_totals_are_those_of_a_count_over_all_jobs(runs: Histories, now: Millis) -> None:
    fleet = Fleet(SchedulePolicy(), CREATED)
    for number, history in enumerate(runs, 1):
        for known in range(len(history) + 1):
            job = job_named("Mail", history[:known], number, number)
            fleet.apply(change_of(server_named("nas", number), job))
    totals, jobs = fleet.totals(now), fleet.jobs()
    assert totals.jobs == len(jobs)
    assert totals.overdue == sum(view.overdue(now) for view in jobs) == len(fleet.overdue(now))
    assert totals.failing == sum(view.job.state.decided_failed for view in jobs)
    assert totals.completed == sum(view.job.state.completed_runs for view in jobs)
    assert totals.failed == sum(view.job.state.failed_runs for view in jobs)


@given(st.lists(histories(most=8), max_size=6), st.integers(START, START + 60 * DAY))
def test_a_start_knows_what_reports_one_by_one_told(runs: Histories, now: Millis) -> None:
    servers = [server_named(f"s{number}", number) for number in range(1, len(runs) + 1)]
    jobs = [job_named("Mail", history, number, number) for number, history in enumerate(runs, 1)]
    one_by_one, at_once = Fleet(SchedulePolicy(), CREATED), Fleet(SchedulePolicy(), CREATED)
    for server, job in zip(servers, jobs, strict=True):
        one_by_one.apply(change_of(server, job))
    at_once.apply(Change(tuple(servers), tuple(jobs)))
    assert at_once.totals(now) == one_by_one.totals(now)
    assert at_once.jobs() == one_by_one.jobs()
    assert at_once.overdue(now) == one_by_one.overdue(now)
