"""A backup that was renamed in Duplicati stays one job; machines that were cloned are two."""

from itertools import permutations
from typing import Any

import pytest

from exporter.jobs.job import Job
from exporter.model import Delivery
from exporter.reports import read_live_status, read_report
from exporter.store import Recorded, RunFilter, Store
from exporter.times import DAY, HOUR, MINUTE
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER
from tests.support.deliver import deliver
from tests.support.live import activity
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Database

FIRST = NOW - 9 * DAY


def body(
    day: int,
    backup: str,
    *,
    backup_id: str | None = "DB-1",
    machine_id: str | None = "m-1",
    destination: str | None = "s3",
    status: str = "Success",
) -> bytes:
    extra = {"backup-id": backup_id, "destination-type": destination}
    return duplicati_report(
        began=FIRST + day * DAY, backup=backup, machine_id=machine_id, status=status, extra=extra
    )


def send(store: Store, day: int, backup: str, **more: Any) -> Recorded:  # noqa: ANN401 - as `body` takes it
    return deliver(store, body(day, backup, **more), received=FIRST + day * DAY + HOUR)


def jobs(store: Store) -> dict[str, Job]:
    return {job.name: job for job in store.snapshot().jobs}


def run_names(store: Store) -> list[tuple[int, str]]:
    names = {job.id: job.name for job in store.snapshot().jobs}
    found = store.runs(RunFilter(), None, 100)
    return sorted(((run.stored.started - FIRST) // DAY, names[run.job_id]) for run in found)


def test_a_run_under_a_new_name_goes_on_as_the_same_job(store: Store) -> None:
    old = send(store, 0, "Photos")
    send(store, 1, "Photos")
    store.set_job(old.job.id, lambda settings: settings, BY)
    new = send(store, 2, "Pictures")
    assert (new.job.id, new.job.name, new.job.formerly) == (old.job.id, "Pictures", ("Photos",))
    assert new.job.state.total_runs == 3
    assert list(jobs(store)) == ["Pictures"]
    assert any("renamed" in note and "Photos" in note for note in new.notes)


def test_it_is_logged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    send(store, 0, "Photos")
    caplog.set_level("WARNING", "exporter.store")
    send(store, 1, "Pictures")
    assert caplog.messages == ["a backup was renamed in Duplicati"]


def test_it_is_known_after_a_restart(store: Store, database: Database) -> None:
    for day, name in enumerate(("Photos", "Pictures", "Pictures")):
        send(store, day, name)
        store = database.reopen(store)
    (job,) = store.snapshot().jobs
    assert (job.name, job.formerly, job.state.total_runs) == ("Pictures", ("Photos",), 3)


@pytest.mark.parametrize(
    "other",
    [
        {"backup_id": "DB-2"},
        {"backup_id": None},
        {"machine_id": "m-2"},
        {"machine_id": None},
        {"machine_id": ""},
        {"destination": "file"},
    ],
    ids=str,
)
def test_another_number_machine_or_destination_is_another_job(
    store: Store, other: dict[str, str | None]
) -> None:
    send(store, 0, "Photos")
    send(store, 1, "Pictures", **other)
    assert len(jobs(store)) == 2


def test_a_destination_that_is_not_reported_is_not_another(store: Store) -> None:
    send(store, 0, "Photos")
    assert send(store, 1, "Pictures", destination=None).job.formerly == ("Photos",)


def test_a_hash_of_several_backups_joins_nothing(store: Store) -> None:
    for day, name in enumerate(("Photos", "Pictures")):
        send(store, day, name, backup_id="0c2f5b7c19a94bd1")
    assert set(jobs(store)) == {"Photos", "Pictures"}


def test_a_name_whose_first_run_started_before_the_others_last_is_another_job(store: Store) -> None:
    for day, name in ((0, "Photos"), (2, "Photos"), (1, "Pictures")):
        send(store, day, name)
    assert set(jobs(store)) == {"Photos", "Pictures"}


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_in_whatever_order_reports_come_the_newest_name_is_the_present_one(
    store: Store, order: tuple[int, ...]
) -> None:
    names = ("Photos", "Photos", "Pictures")
    for day in order:
        deliver(store, body(day, names[day]))
    (job,) = store.snapshot().jobs
    assert (job.name, job.formerly, job.state.total_runs) == ("Pictures", ("Photos",), 3)
    assert send(store, 4, "Photos").job.name == "Photos"
    assert set(jobs(store)) == {"Photos", "Pictures"}


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_saved_reports_of_a_renamed_backup_are_one_job(
    store: Store, order: tuple[int, ...]
) -> None:
    names = ("Photos", "Photos", "Pictures", "Images")
    saved = [
        (read_report(body(day, names[day])), Delivery(FIRST + day * DAY, "a", fetched=True))
        for day in order
    ]
    store.record_all(saved)
    (job,) = store.snapshot().jobs
    assert (job.name, job.formerly) == ("Images", ("Photos", "Pictures"))
    assert job.state.total_runs == 4


def test_a_posted_report_of_a_run_that_was_fetched_under_the_new_name_is_that_run(
    store: Store,
) -> None:
    for day in range(3):
        fetched = Delivery(FIRST + day * DAY + HOUR, "a", fetched=True)
        store.record_all([(read_report(half(day, "Pictures")), fetched)])
    again = [deliver(store, half(day, "Photos")) for day in (1, 0, 2)]
    assert [each.new for each in again] == [False, False, False]
    assert jobs(store)["Pictures"].formerly == ("Photos",)


def half(day: int, backup: str) -> bytes:
    """Return a report of a run that started in the middle of a second."""
    extra = {"backup-id": "DB-1", "destination-type": "s3"}
    return duplicati_report(began=FIRST + day * DAY + 500, backup=backup, extra=extra)


def test_machines_that_were_cloned_may_start_in_the_same_second(store: Store) -> None:
    send(store, 0, "Photos")
    send(store, 1, "Pictures")
    extra = {"backup-id": "DB-1", "destination-type": "s3"}
    clone = duplicati_report(began=FIRST + DAY + 500, backup="Photos", extra=extra)
    assert deliver(store, clone).job.name == "Photos"
    assert set(jobs(store)) == {"Photos", "Pictures"}


def test_a_server_with_another_machine_id_than_its_reports_shows_a_new_name_too(
    store: Store,
) -> None:
    """Up to 2.3.0.4 the API reports the id of the installation."""
    for day in (1, 2):
        send(store, day, "Photos")
    fetched = [
        (
            read_report(body(day, "Pictures", machine_id="install")),
            Delivery(FIRST + day * DAY + HOUR, "a", fetched=True),
        )
        for day in (0, 1, 2)
    ]
    outcomes = store.record_all(fetched)
    assert [each.new for each in outcomes] == [True, False, False]
    assert [(name, job.formerly) for name, job in jobs(store).items()] == [
        ("Pictures", ("Photos",))
    ]


def test_names_that_change_with_every_run_are_forgotten_in_time(store: Store) -> None:
    for day in range(60):
        send(store, day, f"Photos of day {day}")
    (job,) = store.snapshot().jobs
    assert job.formerly == tuple(f"Photos of day {day}" for day in range(9, 59))


def test_a_later_run_under_the_old_name_is_of_a_job_of_its_own(store: Store) -> None:
    for day, name in enumerate(("Photos", "Photos", "Pictures", "Photos", "Pictures", "Photos")):
        send(store, day, name)
    assert run_names(store) == [
        (0, "Pictures"),
        (1, "Pictures"),
        (2, "Pictures"),
        (3, "Photos"),
        (4, "Pictures"),
        (5, "Photos"),
    ]


def test_two_that_were_parted_are_never_joined_again(store: Store) -> None:
    for day, name in enumerate(("Photos", "Pictures", "Photos")):
        send(store, day, name)
    third = send(store, 3, "Images")
    assert third.job.formerly == ()
    assert set(jobs(store)) == {"Photos", "Pictures", "Images"}


def test_a_late_report_from_before_is_of_the_joined_job(store: Store) -> None:
    send(store, 0, "Photos")
    new = send(store, 2, "Pictures")
    late = deliver(store, body(1, "Photos"))
    assert late.job.id == new.job.id
    assert late.job.state.total_runs == 3
    assert jobs(store)["Pictures"].state.starts == tuple(FIRST + n * DAY for n in range(3))


def test_a_backup_that_is_renamed_twice_has_both_names(store: Store) -> None:
    for day, name in enumerate(("Photos", "Pictures", "Images")):
        send(store, day, name)
    assert jobs(store)["Images"].formerly == ("Photos", "Pictures")
    assert run_names(store) == [(0, "Images"), (1, "Images"), (2, "Images")]


def test_a_live_report_under_a_new_name_renames_the_job(store: Store) -> None:
    old = send(store, 0, "Photos", backup_id="DB-2")
    began = FIRST + DAY
    live = read_live_status(activity(began=began, at=began, backup="Pictures"))
    placed = store.resolve_job(live, Delivery(began + MINUTE, SENDER))
    assert placed == old.job.id
    assert send(store, 1, "Pictures", backup_id="DB-2").job.id == old.job.id


def test_both_reports_of_one_commit_find_the_renamed_job(store: Store) -> None:
    send(store, 0, "Photos")
    timestamps = (FIRST + DAY, FIRST + 2 * DAY)
    bodies = (body(1, "Pictures"), body(2, "Pictures"))
    reports = [
        (read_report(each), Delivery(at + HOUR, SENDER))
        for each, at in zip(bodies, timestamps, strict=True)
    ]
    outcomes = store.record_all(reports)
    assert {each.job.id for each in outcomes} == {jobs(store)["Pictures"].id}
    assert list(jobs(store)) == ["Pictures"]


def test_what_a_server_remembers_finds_the_job_under_its_present_name(store: Store) -> None:
    """Duplicati's own history has the new name throughout, also for runs that were posted."""
    for day in (2, 3):
        send(store, day, "Photos")
    fetched = [
        (read_report(body(day, "Pictures")), Delivery(FIRST + day * DAY + HOUR, "a", fetched=True))
        for day in (0, 1, 2, 3)
    ]
    outcomes = store.record_all(fetched)
    assert [each.new for each in outcomes] == [True, True, False, False]
    assert [(name, job.state.total_runs) for name, job in jobs(store).items()] == [("Pictures", 4)]


def test_a_clock_that_is_ahead_ends_no_name(store: Store) -> None:
    send(store, 0, "Photos")
    ahead = duplicati_report(began=NOW + 900 * DAY, backup="Pictures", extra={"backup-id": "DB-1"})
    deliver(store, ahead, received=FIRST + DAY)
    assert send(store, 2, "Photos").job.name == "Photos"
    assert set(jobs(store)) == {"Photos", "Pictures"}


def test_what_comes_late_from_before_a_renaming_is_no_run_of_a_namesake(store: Store) -> None:
    for day, name in ((0, "Photos"), (2, "Pictures"), (4, "Photos")):
        send(store, day, name)
    again, late = deliver(store, body(0, "Photos")), deliver(store, body(1, "Photos"))
    assert (again.new, late.new) == (False, True)
    assert {again.job.name, late.job.name} == {"Pictures"}


def test_saved_reports_come_in_no_order_and_each_job_is_as_it_is_in_the_end(store: Store) -> None:
    saved = [
        (read_report(body(day, "Photos")), Delivery(FIRST + day * DAY, "a", fetched=True))
        for day in (2, 0, 1)
    ]
    outcomes = store.record_all(saved)
    assert [each.job.state.total_runs for each in outcomes] == [3, 3, 3]
