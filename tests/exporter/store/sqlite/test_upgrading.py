"""Databases of earlier versions open, and keep their figures except those that were wrong."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.jobs.job import Identity, Job
from exporter.model import Status
from exporter.schedule import Schedule, expect
from exporter.schedule.policy import SchedulePolicy
from exporter.store import RunFilter
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, Millis, parse_timestamp
from tests.support.deliver import deliver, sqlite
from tests.support.reports_builder import duplicati_report
from tests.support.strategies.state import fold

DATABASES = Path(__file__).parent / "databases"
NOW = parse_timestamp("2026-03-01T12:00:00Z")


def unpacked(name: str, folder: Path) -> Path:
    path = folder / "reports.sqlite"
    with gzip.open(DATABASES / f"{name}.sqlite.gz") as packed, path.open("wb") as whole:
        shutil.copyfileobj(packed, whole)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return unpacked("before-interrupted", tmp_path)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path)
    yield opened
    opened.close()


def jobs(store: Store) -> dict[str, Job]:
    return {job.name: job for job in store.snapshot().jobs}


def figures(text: str) -> dict[str, str]:
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return dict(line.rsplit(" ", 1) for line in lines)


def exposition(store: Store) -> dict[str, str]:
    fleet = Fleet(SchedulePolicy(), store.created())
    store.follow(fleet)
    exposed = Exposition(fleet, lambda: NOW, SelfMetrics("0", lambda: 0)).text()
    # The labels came later, and nothing had tags before.
    shown = b"".join(exposed.fleet).decode()
    return figures(shown.replace(',tags=""', "").replace(',kind="backup"', ""))


def sample(name: str, backup: str, status: str = "") -> str:
    more = f',status="{status}"' if status else ""
    return f'duplistatus_backup_{name}{{backup="{backup}",server="nas",server_id="1"{more}}}'


def test_every_figure_stays_but_those_of_runs_that_were_interrupted(store: Store) -> None:
    before = figures((DATABASES / "before-interrupted.txt").read_text(encoding="utf-8"))
    after = exposition(store)
    changed = {name: after.get(name) for name, value in before.items() if after.get(name) != value}
    assert changed == {
        "duplistatus_backup_success_rate": str(38 / 42),
        "duplistatus_failing_backups": "3.0",  # one is of a backup without a name
        "duplistatus_last_report_timestamp_seconds": "1.7722587e+09",  # not the database's age
        sample("runs_total", "Documents", "warning"): "4.0",
        sample("last_status_code", "Documents"): "5.0",
        sample("last_success_timestamp_seconds", "Documents"): "1.77198486e+09",
        sample("source_files", "Documents"): "100.0",
        sample("source_bytes", "Documents"): "1e+07",
        sample("storage_bytes", "Documents"): "5e+06",
        sample("versions", "Documents"): "7.0",
        sample("runs_total", "Photos", "warning"): "0.0",
        sample("last_success_timestamp_seconds", "Photos"): "1.77207846e+09",
        sample("job_success_rate", "Photos"): "0.875",
        sample("verified_timestamp_seconds", "Tested"): "1.7715564e+09",
        sample("consecutive_failures", "(unnamed)"): "1.0",
    }


def test_runs_that_a_script_skipped_are_counted_as_interrupted(store: Store) -> None:
    after = exposition(store)
    assert after[sample("runs_total", "Documents", "success")] == "13.0"
    assert after[sample("runs_total", "Documents", "warning")] == "4.0"
    assert after[sample("runs_total", "Documents", "interrupted")] == "2.0"
    assert after[sample("last_status_code", "Documents")] == "5.0"
    assert after[sample("source_bytes", "Documents")] == "1e+07"
    assert after[sample("storage_bytes", "Documents")] == "5e+06"
    state = jobs(store)["Documents"].state
    assert state.last_completed is not None
    assert state.last_completed.started == NOW - 4 * DAY - 10 * HOUR
    assert (state.interrupted_runs, state.decided_failed) == (2, False)


def test_a_run_that_a_person_stopped_is_found_by_its_log(store: Store) -> None:
    state = jobs(store)["Photos"].state
    assert state.runs == (7, 0, 1, 0, 0, 1)
    assert state.consecutive_failures == 1
    assert state.last_completed is not None
    assert state.last_completed.started == NOW - 3 * DAY - 8 * HOUR


def test_what_was_stored_as_an_error_and_what_only_talks_of_a_stop_stay(store: Store) -> None:
    assert jobs(store)["Talks of it"].state.runs == (0, 6, 0, 0, 0, 0)
    interrupted = store.runs(RunFilter(status=Status.INTERRUPTED), None, 100)
    assert len(interrupted) == 3


def test_the_last_good_test_is_found_before_a_bad_one(store: Store) -> None:
    state = jobs(store)["Tested"].state
    assert state.tested is not None
    assert state.tested.status is Status.ERROR
    assert state.verified == parse_timestamp("2026-02-20T03:00:00Z")


def test_the_last_restore_is_known(store: Store) -> None:
    assert jobs(store)["Tested"].state.restored == NOW - 3 * DAY - 3 * HOUR + 60_000


def test_a_backup_is_known_by_its_number_from_before(store: Store) -> None:
    assert jobs(store)["Documents"].identity == Identity("m-1", "DB-1", "s3")
    assert jobs(store)["Docs"].identity is None  # its server has two machine-ids


def test_a_backup_that_is_renamed_after_the_upgrade_goes_on(store: Store) -> None:
    known = jobs(store)["Dies"]
    body = duplicati_report(began=NOW, backup="Lives", extra={"backup-id": "DB-5"})
    assert deliver(store, body, received=NOW + HOUR).job.id == known.id


def test_a_failure_without_a_name_stays_from_before(store: Store) -> None:
    fleet = Fleet(SchedulePolicy(), store.created())
    store.follow(fleet)
    (unnamed,) = [view for view in fleet.jobs() if view.job.name == "(unnamed)"]
    assert unnamed.health.failing


def test_an_upgrade_that_was_interrupted_after_the_steps_is_finished(path: Path) -> None:
    Store(path).close()
    whole = state_of(path)
    with sqlite(path) as db:
        broken = db.execute("SELECT id FROM jobs WHERE name = 'Documents'").fetchone()
        db.execute("INSERT INTO outdated_states VALUES (?)", broken)
    assert state_of(path) == whole
    with sqlite(path) as db:
        assert db.execute("SELECT count(*) FROM outdated_states").fetchone() == (0,)


def test_deadlines_are_those_of_a_fresh_daemon_with_the_same_runs(store: Store) -> None:
    for job in jobs(store).values():
        runs = [run.stored for run in store.runs(RunFilter(job_id=job.id), None, 100)]
        fresh = fold(runs)
        assert job.state.recent == fresh.recent
        assert expect(job.state, Schedule()) == expect(fresh, Schedule())
        assert expect(job.state, Schedule()) is not None


def state_of(path: Path) -> list[tuple[int, bytes]]:
    store = Store(path)
    try:
        return [(job.id, job.packed) for job in store.snapshot().jobs]
    finally:
        store.close()


def test_a_rebuilt_state_is_that_of_its_runs_folded(store: Store) -> None:
    for job in jobs(store).values():
        runs = store.runs(RunFilter(job_id=job.id), None, 100)
        assert job.state.total_runs == sum(run.stored.run.is_backup for run in runs)
        starts: list[Millis] = sorted(run.stored.started for run in runs)
        assert job.state.first_start in starts
