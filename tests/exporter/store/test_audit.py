"""Each change that a person makes is written down with the change."""

import pytest
from msgspec.structs import replace

from exporter.model.audit import KEPT_ENTRIES, AuditEntry, AuditFilter, Author
from exporter.store import Store, UnknownIdError
from exporter.store.rules import audit
from exporter.times import DAY, HOUR
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report

ADA = Author("Ada", NOW)
ALL = AuditFilter()


def entries(store: Store) -> list[AuditEntry]:
    return store.audit(ALL, None, 100)


@pytest.fixture
def job_id(store: Store) -> int:
    return deliver(store, duplicati_report(began=NOW, server="nas", backup="Photos")).job.id


@pytest.fixture
def server_id(store: Store, job_id: int) -> int:
    (owner,) = {job.server_id for job in store.snapshot().jobs if job.id == job_id}
    return owner


def test_what_was_set_for_a_job_is_there_with_what_was_before(store: Store, job_id: int) -> None:
    store.set_job(job_id, lambda known: replace(known, schedule="off", tolerance=HOUR), ADA)
    (entry,) = entries(store)
    assert (entry.at, entry.who, entry.what) == (NOW, "Ada", "job.set")
    assert (entry.server, entry.job, entry.job_id) == ("nas", "Photos", job_id)
    assert entry.details == {
        "schedule": {"old": None, "new": "off"},
        "tolerance": {"old": None, "new": "1h"},
    }


def test_what_was_set_for_a_server_is_there_with_what_was_before(
    store: Store, server_id: int
) -> None:
    store.set_server(server_id, lambda known: replace(known, tags=("prod",), alias="Attic"), ADA)
    (entry,) = entries(store)
    assert (entry.what, entry.server_id, entry.job_id) == ("server.set", server_id, None)
    assert entry.details == {
        "alias": {"old": None, "new": "Attic"},
        "tags": {"old": [], "new": ["prod"]},
    }


def test_what_changes_nothing_leaves_no_entry(store: Store, job_id: int) -> None:
    store.set_job(job_id, lambda known: known, ADA)
    with pytest.raises(UnknownIdError):
        store.set_job(job_id + 1, lambda known: replace(known, paused=True), ADA)
    assert entries(store) == []


def test_tags_and_the_address_of_duplicati_are_kept(
    store: Store, job_id: int, server_id: int
) -> None:
    address = "https://nas.example:8200"
    store.set_server(server_id, lambda known: replace(known, tags=("a", "b"), url=address), ADA)
    store.set_job(job_id, lambda known: replace(known, tags=("c",)), ADA)
    (server,), (job,) = store.snapshot().servers, store.snapshot().jobs
    assert (server.tags, server.url, job.settings.tags) == (("a", "b"), address, ("c",))


def test_the_entry_of_what_was_deleted_outlives_it(
    store: Store, job_id: int, server_id: int
) -> None:
    store.delete_job(job_id, ADA)
    store.delete_server(server_id, ADA)
    assert [(entry.what, entry.server, entry.job) for entry in entries(store)] == [
        ("server.delete", "nas", None),
        ("job.delete", "nas", "Photos"),
    ]


def test_entries_are_paged_and_filtered(store: Store, job_id: int) -> None:
    other = deliver(
        store, duplicati_report(began=NOW, server="old", machine_id="m-2", backup="Mail")
    )
    for _ in range(2):
        for each in (job_id, other.job.id):
            store.set_job(each, lambda known: replace(known, paused=not known.paused), ADA)
    newest = store.audit(ALL, None, 1)
    assert [entry.job for entry in newest] == ["Mail"]
    assert [entry.job for entry in store.audit(ALL, newest[0].id, 2)] == ["Photos", "Mail"]
    of_job, of_server = AuditFilter(job_id=job_id), AuditFilter(server_id=other.server.id)
    assert {entry.job for entry in store.audit(of_job, None, 9)} == {"Photos"}
    assert {entry.job for entry in store.audit(of_server, None, 9)} == {"Mail"}


def test_old_entries_are_forgotten(store: Store, job_id: int) -> None:
    for age in (2 * DAY, DAY):
        author = Author("Ada", NOW - age)
        store.set_job(job_id, lambda known: replace(known, paused=not known.paused), author)
    store.prune_audit(NOW - DAY)
    assert [entry.at for entry in entries(store)] == [NOW - DAY]


def test_of_too_many_entries_the_oldest_goes(
    store: Store, job_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert KEPT_ENTRIES == 100_000
    monkeypatch.setattr(audit, "KEPT_ENTRIES", 3)
    for _ in range(5):
        store.set_job(job_id, lambda known: replace(known, paused=not known.paused), ADA)
    assert len(entries(store)) == 3


def test_when_a_job_was_rescheduled_is_found_among_its_other_changes(
    store: Store, job_id: int
) -> None:
    other = deliver(store, duplicati_report(began=NOW, server="nas", backup="Mail")).job.id
    assert store.rescheduled([job_id, other]) == {}
    store.set_job(job_id, lambda known: replace(known, tags=("paused",)), ADA)
    assert store.rescheduled([job_id, other]) == {}
    store.set_job(job_id, lambda known: replace(known, schedule="every 1d"), ADA)
    store.set_job(job_id, lambda known: replace(known, paused=True), Author("Ada", NOW + HOUR))
    store.set_job(job_id, lambda known: replace(known, muted=NOW), Author("Ada", NOW + DAY))
    assert store.rescheduled([job_id, other]) == {job_id: NOW + HOUR}
    assert store.rescheduled([]) == {}
