"""Runs that came to a database after it was copied are added to the copy."""

from contextlib import closing
from pathlib import Path

import pytest

from exporter.limits import Limits
from exporter.model import Delivery, Status
from exporter.store import RunFilter, Store, StoredDetail
from exporter.store.copying import Added, add_runs, missing_runs
from exporter.store.sqlite import Store as SqliteStore
from exporter.times import DAY, HOUR, MINUTE
from tests.exporter.store.copying.databases import Place, content, copied, source_of, store_of
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER
from tests.support.deliver import deliver
from tests.support.recording import report_of
from tests.support.reports_builder import duplicati_report

pytestmark = pytest.mark.not_quick


@pytest.fixture(params=["to postgres", "from postgres"])
def places(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str
) -> tuple[Place, Place]:
    """Where the reports came before, and where they come now."""
    path = tmp_path / "reports.sqlite"
    return (path, postgres_url) if request.param == "to postgres" else (postgres_url, path)


def add(old: Place, new: Place) -> Added:
    ids = missing_runs(source_of(old), source_of(new))
    with closing(store_of(new)) as store:
        return add_runs(source_of(old), ids, store, lambda *_: None)


def body(after: int, **more: object) -> bytes:
    fields = {"lines": ("2026 - [Warning-a-b]: no",), "extra": {"backup-id": "DB-1"}}
    return duplicati_report(began=NOW + after, **{**fields, **more})  # type: ignore[arg-type] # as they come


def details(place: Place) -> list[StoredDetail]:
    """Return all runs with their numbers and logs, without their ids."""
    with closing(store_of(place)) as store:
        found = [store.run(each.stored.id) for each in store.runs(RunFilter(), None, 1000)]
        return [each for each in found if each is not None]


def contents(place: Place) -> list[object]:
    return sorted(
        [
            (each.stored.received, each.stored.run, each.counted, each.log)
            for each in details(place)
        ],
        key=repr,
    )


def _first(store: Store) -> None:
    deliver(store, body(-DAY), received=NOW - DAY + MINUTE)
    deliver(store, body(-DAY, server="old", machine_id="m-2"), received=NOW - DAY + MINUTE)
    nameless = duplicati_report(began=NOW - DAY, server=None, machine_id=None, backup="A")
    deliver(store, nameless, received=NOW - DAY + MINUTE)


def _later(store: Store) -> None:
    deliver(store, body(0), received=NOW + MINUTE)
    deliver(store, body(HOUR, backup="Renamed"), received=NOW + HOUR + MINUTE)
    deliver(store, body(0, server="new", machine_id="m-3"), received=NOW + MINUTE)
    nameless = duplicati_report(began=NOW, server=None, machine_id=None, backup="A")
    deliver(store, nameless, received=NOW + MINUTE)
    deliver(store, duplicati_report(began=NOW, machine_id=None, server="only name"))


def test_nothing_that_came_meanwhile_is_lost_and_nothing_is_there_twice(
    places: tuple[Place, Place], tmp_path: Path
) -> None:
    old, new = places
    both = tmp_path / "both.sqlite"
    with closing(store_of(old)) as store, closing(store_of(both)) as other:
        _first(store)
        _first(other)
    copied(old, new)
    with closing(store_of(old)) as store, closing(store_of(both)) as other:
        _later(store)
        _later(other)
    with closing(store_of(new)) as store, closing(store_of(both)) as other:
        for each in (store, other):
            deliver(each, body(2 * HOUR, backup="Renamed"), received=NOW + 2 * HOUR)
        deliver(store, body(0), received=NOW + MINUTE)  # came to both
    assert add(old, new) == Added(recorded=4, known=1, refused=0)
    assert contents(new) == contents(both)
    assert _names(new) == _names(both)
    assert add(old, new).recorded == 0
    assert contents(new) == contents(both)


def _names(place: Place) -> object:
    with closing(store_of(place)) as store:
        known = store.snapshot()
        names = {server.id: server.name for server in known.servers}
        machines = [(machine_id, names[owner]) for machine_id, owner in known.machine_ids]
        return (
            sorted((names[job.server_id], job.name, job.state.runs) for job in known.jobs),
            sorted(machines),
        )


def test_what_was_removed_from_the_copy_stays_removed(places: tuple[Place, Place]) -> None:
    old, new = places
    with closing(store_of(old)) as store:
        _first(store)
        deliver(store, body(0), received=NOW + MINUTE)
    copied(old, new)
    with closing(store_of(new)) as store:
        (gone,) = [each for each in store.snapshot().servers if each.name == "old"]
        store.delete_server(gone.id, BY)
    with closing(store_of(old)) as store:
        deliver(store, body(HOUR), received=NOW + HOUR + MINUTE)
    assert add(old, new) == Added(recorded=1, known=0, refused=0)
    with closing(store_of(new)) as store:
        assert "old" not in [server.name for server in store.snapshot().servers]


def test_a_placeholder_is_replaced_by_its_report(
    places: tuple[Place, Place],
) -> None:
    old, new = places
    with closing(store_of(old)) as store:
        known = deliver(store, body(0, server="nas", machine_id="id of nas"), received=NOW)
    copied(old, new)
    failed = report_of("Documents", NOW + HOUR, Status.FATAL)
    with closing(store_of(old)) as store:
        store.record_placeholder(known.job.id, failed, Delivery(NOW + 2 * HOUR, SENDER))
    assert add(old, new) == Added(recorded=1, known=0, refused=0)
    assert content(new)["stand_ins"] != []
    with closing(store_of(new)) as store:
        late = body(HOUR, server="nas", machine_id="id of nas")
        deliver(store, late, received=NOW + 3 * HOUR)
    assert content(new)["stand_ins"] == []
    assert len(content(new)["runs"]) == 2


def test_runs_without_room_are_counted_and_the_others_are_added(tmp_path: Path) -> None:
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    with closing(store_of(old)) as store:
        _first(store)
    copied(old, new)
    with closing(store_of(old)) as store:
        _later(store)
    ids = missing_runs(source_of(old), source_of(new))
    with closing(SqliteStore(new, Limits(max_servers=3))) as store:
        added = add_runs(source_of(old), ids, store, lambda *_: None)
    assert added == Added(recorded=3, known=0, refused=2)


def test_of_two_that_have_nothing_in_common_all_is_added(tmp_path: Path) -> None:
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    with closing(store_of(old)) as store, closing(store_of(new)) as other:
        _first(store)
        deliver(other, body(0, server="else", machine_id="m-9"), received=NOW)
    assert add(old, new) == Added(recorded=3, known=0, refused=0)
    assert len(contents(new)) == 4
