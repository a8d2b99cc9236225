"""A database from before states kept more of the free space opens, and keeps its figures."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from exporter.jobs.state import pack
from exporter.store import RunFilter
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR
from tests.exporter.store.sqlite.test_upgrading import (
    DATABASES,
    NOW,
    exposition,
    figures,
    jobs,
    unpacked,
)
from tests.support.deliver import deliver, job_of, sqlite
from tests.support.reports_builder import duplicati_report
from tests.support.strategies.state import fold

NEW = "duplistatus_backup_destination_full_timestamp_seconds"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return unpacked("before-spaces", tmp_path)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store(path)) as opened:
        yield opened


def test_every_figure_stays_and_the_day_of_a_full_destination_is_added(store: Store) -> None:
    before = figures((DATABASES / "before-spaces.txt").read_text(encoding="utf-8"))
    after = exposition(store)
    added = {name: value for name, value in after.items() if name not in before}
    assert {name: after.get(name) for name in before} == before
    assert {name.split('"')[1] for name in added} == {"Videos", "Weekly"}
    assert all(name.startswith(NEW) for name in added)


def test_a_state_has_what_its_runs_found_as_if_they_came_now(store: Store) -> None:
    for job in jobs(store).values():
        runs = [run.stored for run in store.runs(RunFilter(job_id=job.id), None, 100)]
        assert job.state.destination.free == fold(runs).destination.free
    free = {name: job.state.destination.free for name, job in jobs(store).items()}
    assert [len(free[name]) for name in ("Videos", "Letters", "Weekly", "Single")] == [8, 8, 5, 1]
    assert (free["Silent"], free["Unknown"]) == ((), ())


def test_an_upgrade_that_was_killed_is_done_again(path: Path) -> None:
    with closing(Store(path)) as store:
        upgraded = {name: job.state for name, job in jobs(store).items()}
    with sqlite(path) as db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'free_space'")
    with closing(Store(path)) as store:
        assert {name: job.state for name, job in jobs(store).items()} == upgraded


def test_what_an_earlier_version_left_out_is_found_with_the_next_report(path: Path) -> None:
    with closing(Store(path)) as store:
        known = jobs(store)["Videos"].state
    earlier = replace(known, destination=replace(known.destination, free=()))
    with sqlite(path) as db:
        db.execute("UPDATE jobs SET state = ? WHERE name = 'Videos'", (pack(earlier),))
    with closing(Store(path)) as store:
        backend = {"FreeQuotaSpace": 40 * 10**9, "TotalQuotaSpace": 10**12}
        body = duplicati_report(began=NOW, backup="Videos", backend=backend)
        after = job_of(store, deliver(store, body, received=NOW + HOUR)).state.destination
    assert after.free[:-1] == known.destination.free[:-1]
    assert after.free[-1].free_bytes == 40 * 10**9
    assert after.full_at is not None
    assert after.full_at < NOW + 10 * DAY
