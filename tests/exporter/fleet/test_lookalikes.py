"""Which jobs are suggested to be one that was renamed."""

import pytest

from exporter.fleet import Fleet
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report

HASH = "0c2f5b7c19a94bd1"


def suggested(store: Store, fleet: Fleet) -> dict[str, str | None]:
    store.follow(fleet)
    names = {view.job.id: view.job.name for view in fleet.jobs()}
    return {view.job.name: names.get(view.possible_duplicate_of or 0) for view in fleet.jobs()}


def send(store: Store, day: int, backup: str, backup_id: str = HASH, machine: str = "m-1") -> int:
    body = duplicati_report(
        began=NOW - day * DAY, backup=backup, machine_id=machine, extra={"backup-id": backup_id}
    )
    return deliver(store, body, received=NOW - day * DAY + HOUR).job.id


def test_a_job_that_begins_where_one_of_the_same_hash_ended_may_be_that(
    store: Store, fleet: Fleet
) -> None:
    send(store, 9, "Old")
    send(store, 5, "New")
    assert suggested(store, fleet) == {"Old": None, "New": "Old"}


def test_jobs_that_run_beside_each_other_are_two(store: Store, fleet: Fleet) -> None:
    for day, name in ((9, "One"), (8, "Other"), (7, "One"), (6, "Other")):
        send(store, day, name)
    assert suggested(store, fleet) == {"One": None, "Other": None}


@pytest.mark.parametrize("other", [{"backup_id": "another"}, {"machine": "m-2"}], ids=str)
def test_another_hash_or_machine_is_another_job(
    store: Store, fleet: Fleet, other: dict[str, str]
) -> None:
    send(store, 9, "Old")
    send(store, 5, "New", **other)
    assert suggested(store, fleet) == {"Old": None, "New": None}


def test_a_job_that_was_deleted_is_no_longer_suggested(store: Store, fleet: Fleet) -> None:
    old = send(store, 9, "Old")
    send(store, 5, "New")
    store.follow(fleet)
    store.delete_job(old, BY)
    assert suggested(store, fleet) == {"New": None}
