"""What the list of backups tells a pull: they were renamed, deleted, or made anew."""

import json

import pytest

from exporter.conditions.evaluate import conditions
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.limits import Limits
from exporter.model import JobKind
from exporter.model.conditions import Condition
from exporter.pull.client.errors import ServerError
from exporter.schedule import ScheduleSource
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, format_timestamp
from tests.exporter.pull.pulls import BEGAN, PullFrom, fill
from tests.support.authors import BY
from tests.support.daemon import NOW, Clock
from tests.support.deliver import deliver
from tests.support.duplicati.memory import MACHINE_ID, MACHINE_NAME
from tests.support.duplicati.simulator import Canned, Simulator
from tests.support.reports_builder import duplicati_report

SOON = NOW + HOUR


def post(store: Store, day: int, backup: str, backup_id: str) -> None:
    extra = {"machine-id": MACHINE_ID, "backup-id": backup_id, "destination-type": "s3"}
    body = duplicati_report(
        began=BEGAN + day * DAY, backup=backup, server=MACHINE_NAME, extra=extra
    )
    deliver(store, body, received=BEGAN + day * DAY + HOUR)


def log_of(simulator: Simulator, backup_id: str, *days: int) -> None:
    for day in days:
        body = json.loads(duplicati_report(began=BEGAN + day * DAY))
        simulator.add_row(backup_id, body["Data"], Timestamp=(BEGAN + day * DAY + HOUR) // 1000)


def told(fleet: Fleet) -> dict[str, tuple[int, bool]]:
    """Return how many runs each job has, and whether it is gone."""
    states = {view.job.name: view.job.state for view in fleet.jobs()}
    return {name: (state.total_runs, state.gone is not None) for name, state in states.items()}


@pytest.fixture
def two(duplicati: Simulator, store: Store) -> Simulator:
    """Return a server with two backups of which each posted a run."""
    duplicati.backups = []
    for backup_id, name in (("2", "Photos"), ("3", "Mail")):
        duplicati.add_backup(backup_id, name)
        post(store, int(backup_id), name, f"DB-{backup_id}")
        log_of(duplicati, backup_id, int(backup_id))
    return duplicati


def test_two_that_swapped_their_names_keep_their_runs(
    two: Simulator, pulled: PullFrom, store: Store, fleet: Fleet
) -> None:
    pulled()
    ids = {view.job.name: view.job.id for view in fleet.jobs()}
    two.rename("2", "Mail")
    two.rename("3", "Photos")
    log_of(two, "2", 5)
    post(store, 5, "Mail", "DB-2")
    for _ in range(2):
        pulled()
        assert told(fleet) == {"Mail": (2, False), "Photos": (1, False)}
    assert {view.job.name: view.job.id for view in fleet.jobs()} == {
        "Mail": ids["Photos"],
        "Photos": ids["Mail"],
    }


def test_one_that_a_person_separated_has_each_run_once(
    two: Simulator, pulled: PullFrom, store: Store, fleet: Fleet
) -> None:
    pulled()
    two.rename("2", "Pictures")
    pulled()
    store.separate_job(1, BY)
    for _ in range(2):
        pulled()
    assert told(fleet) == {"Pictures": (1, False), "Mail": (1, False)}


def test_a_deleted_one_is_gone_until_it_is_listed(
    two: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    pulled()
    kept = list(two.backups)
    two.backups = kept[1:]
    pulled()
    assert told(fleet) == {"Photos": (1, True), "Mail": (1, False)}
    two.backups = kept
    pulled()
    assert told(fleet) == {"Photos": (1, False), "Mail": (1, False)}


def test_an_empty_list_and_none_say_nothing(two: Simulator, pulled: PullFrom, fleet: Fleet) -> None:
    pulled()
    two.backups = []
    pulled()
    two.faults["/backups"] += [Canned(403)] * 9
    with pytest.raises(ServerError):
        pulled()
    assert told(fleet) == {"Photos": (1, False), "Mail": (1, False)}


def test_one_that_was_made_anew_goes_on(two: Simulator, pulled: PullFrom, fleet: Fleet) -> None:
    pulled()
    two.delete("2")
    two.add_backup("4", "Photos")
    log_of(two, "4", 6)
    pulled()
    assert told(fleet) == {"Photos": (2, False), "Mail": (1, False)}


def test_the_name_of_a_deleted_one_goes_to_another(
    two: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    pulled()
    two.delete("3")
    two.rename("2", "Mail")
    log_of(two, "2", 6)
    for _ in range(2):
        pulled()
        assert told(fleet) == {"Mail": (2, False), "Mail (deleted)": (1, True)}


def test_a_server_that_does_not_say_which_machine_it_is(
    two: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    del two.info["Options"]
    pulled()
    two.backups = two.backups[1:]
    pulled()
    assert not any(gone for _runs, gone in told(fleet).values())


def test_a_sync_is_known_by_its_number(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    duplicati.add_backup("3", "Mirror", operation="Sync")
    duplicati.remember("3", LastSyncStarted=BEGAN, LastSyncFinished=BEGAN + HOUR)
    fill(duplicati, "2", 1)
    pulled()
    duplicati.rename("3", "Copy")
    pulled()
    assert told(fleet) == {"Photos to S3": (1, False), "Copy": (1, False)}
    duplicati.delete("3")
    pulled()
    assert told(fleet) == {"Photos to S3": (1, False), "Copy": (1, True)}


def plan(simulator: Simulator, backup_id: str, name: str, start: int = SOON) -> None:
    schedule = {"Time": format_timestamp(start), "Repeat": "1D"}
    simulator.add_backup(backup_id, name, schedule=schedule)


def view_of(fleet: Fleet, name: str) -> JobView:
    (view,) = [view for view in fleet.jobs() if view.job.name == name]
    return view


def test_a_planned_one_is_expected_before_its_first_run(
    two: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    plan(two, "4", "Films")
    summaries = [pulled() for _ in range(3)]
    assert [each.notes for each in summaries] == [["Films: is expected as it is planned"], [], []]
    assert [each.unwatched for each in summaries] == [[], [], []]
    view = view_of(fleet, "Films")
    assert view.expectation is not None
    assert (view.expectation.start, view.expectation.source) == (SOON, ScheduleSource.REPORTED)
    assert conditions(view, SOON + 2 * HOUR) == (Condition.WAITING,)
    assert conditions(view, SOON + 2 * HOUR + 1) == (Condition.OVERDUE, Condition.WAITING)


def test_a_start_that_passed_without_a_run_stays_expected(
    two: Simulator, pulled: PullFrom, fleet: Fleet, clock: Clock
) -> None:
    plan(two, "4", "Films")
    pulled()
    clock.now = SOON + 3 * HOUR
    two.entry("4")["Schedule"]["Time"] = format_timestamp(SOON + DAY)
    pulled()
    assert conditions(view_of(fleet, "Films"), clock.now)[0] is Condition.OVERDUE


def test_its_first_run_is_one_of_the_same_job(
    two: Simulator, pulled: PullFrom, store: Store, fleet: Fleet
) -> None:
    plan(two, "4", "Films")
    pulled()
    job_id = view_of(fleet, "Films").job.id
    post(store, 7, "Films", "DB-4")
    log_of(two, "4", 7)
    pulled()
    view = view_of(fleet, "Films")
    assert (view.job.id, view.job.state.total_runs) == (job_id, 1)
    assert told(fleet) == {"Photos": (1, False), "Mail": (1, False), "Films": (1, False)}


def test_one_without_a_schedule_is_not_expected(
    two: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    two.add_backup("4", "Films")
    assert pulled().unwatched == []
    assert list(told(fleet)) == ["Photos", "Mail"]


def test_one_that_was_deleted_before_its_first_run_is_gone(
    two: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    plan(two, "4", "Films")
    pulled()
    two.delete("4")
    pulled()
    assert conditions(view_of(fleet, "Films"), SOON + DAY) == (Condition.GONE, Condition.WAITING)


def test_one_that_is_renamed_before_its_first_run_stays_one(
    two: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    plan(two, "4", "Films")
    pulled()
    two.rename("4", "Movies")
    pulled()
    assert list(told(fleet)) == ["Photos", "Mail", "Movies"]


def test_a_plan_of_one_whose_log_is_empty_counts_for_its_posted_runs(
    two: Simulator, pulled: PullFrom, store: Store, fleet: Fleet
) -> None:
    post(store, 20, "Films", "DB-4")
    plan(two, "4", "Films")
    assert pulled().notes == []
    view = view_of(fleet, "Films")
    assert view.expectation is not None
    assert (view.expectation.start, view.job.state.total_runs) == (SOON, 1)


def test_no_more_jobs_are_made_than_are_allowed(
    two: Simulator, pulled: PullFrom, store: Store, fleet: Fleet
) -> None:
    store.record_by(Limits(max_jobs=2), None)
    plan(two, "4", "Films")
    (refused,) = pulled().unwatched
    assert refused.startswith("Films: ")
    assert refused.endswith("; it is not monitored before its first run")
    assert list(told(fleet)) == ["Photos", "Mail"]


def test_a_planned_sync_is_a_job_of_its_kind(
    two: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    schedule = {"Time": format_timestamp(SOON), "Repeat": "1D"}
    two.add_backup("4", "Photos", schedule=schedule, operation="Sync")
    pulled()
    assert view_of(fleet, "Photos (sync)").job.kind is JobKind.SYNC
