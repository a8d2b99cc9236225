"""A NUL in a report is replaced: memory, database and every later report agree on the rest."""

from exporter.model import Delivery
from exporter.reports import read_live_status, read_report
from exporter.store import RunFilter, Store
from exporter.times import DAY, HOUR
from tests.support.daemon import NOW, SENDER
from tests.support.deliver import deliver
from tests.support.live import activity
from tests.support.reports_builder import duplicati_report, exception_report
from tests.support.stores import Database

BEGAN = NOW - DAY


def odd(number: int) -> bytes:
    return duplicati_report(
        began=BEGAN + number * HOUR,
        server="n\0as",
        machine_id="m\0-1",
        backup="Doc\0uments",
        version="2.1.0.\0",
        os="Lin\0ux",
        operation="Backup",
        status="Fatal",
        exception="no\0route",
        lines=("[Error-x]: a\0b",),
        data={"odd\0number": 3},
        extra={"backup-id": "DB-\0", "destination-type": "s\0003"},
    )


def test_it_is_recorded_once_and_known_after_a_restart(store: Store, database: Database) -> None:
    first, second = deliver(store, odd(0)), deliver(store, odd(1))
    assert not deliver(store, odd(0)).new
    assert (first.job.id, first.server.id) == (second.job.id, second.server.id)
    assert (first.server.name, first.job.name) == ("n\ufffdas", "Doc\ufffduments")
    before, run = store.snapshot(), store.run(first.run_id)
    again = database.reopen(store)
    assert (again.snapshot(), again.run(first.run_id)) == (before, run)
    assert deliver(again, odd(2)).job.id == first.job.id


def test_another_operation_is_reported_with_it(store: Store) -> None:
    deliver(store, duplicati_report(began=BEGAN, operation="Re\0store"))
    (found,) = store.runs(RunFilter(), None, 10)
    assert found.stored.run.operation == "Re\ufffdstore"


def test_names_in_the_url_are_the_same_names(store: Store) -> None:
    first = deliver(store, exception_report(server=None), server="n\0as")
    assert deliver(store, odd(0), server="n\0as").server.id == first.server.id
    assert store.snapshot().servers[0].name == "n\ufffdas"


def test_a_live_report_finds_the_job(store: Store) -> None:
    live = read_live_status(activity(began=BEGAN, at=BEGAN, backup="Doc\0uments"))
    job_id = store.resolve_job(live, Delivery(NOW, SENDER))
    plain = read_report(duplicati_report(began=BEGAN, backup="Doc\0uments"))
    assert store.record(plain, Delivery(NOW, SENDER)).job.id == job_id
    assert [job.name for job in store.snapshot().jobs] == ["Doc\ufffduments"]
