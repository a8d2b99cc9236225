"""A database from before Syncs had jobs opens, and its Syncs count from then on."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exporter.model import JobKind
from exporter.store import RunFilter
from exporter.store.rules import adopting
from exporter.store.sqlite import Store
from exporter.times import DAY
from tests.exporter.store.sqlite.test_upgrading import NOW, jobs, unpacked
from tests.support.deliver import deliver
from tests.support.strategies.state import fold
from tests.support.syncs import UPLOADED, sync_report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return unpacked("before-kinds", tmp_path)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store(path)) as opened:
        yield opened


def test_syncs_are_runs_of_jobs_of_their_own(store: Store) -> None:
    known = jobs(store)
    assert {name: (job.kind.value, job.state.runs) for name, job in known.items()} == {
        "Mirror": ("sync", (3, 0, 0, 1, 0, 0)),
        "Photos": ("backup", (4, 0, 0, 0, 0, 0)),
        "Letters": ("backup", (4, 0, 0, 0, 0, 0)),
        "Single": ("backup", (0, 0, 0, 0, 0, 0)),
        "Photos (sync)": ("sync", (4, 0, 0, 0, 0, 0)),
    }
    assert known["Photos (sync)"].state.uploaded_bytes == 4 * UPLOADED
    assert known["Mirror"].settings.tags == ("office",)
    assert known["Letters"].state.restored is not None


def test_their_states_are_as_if_the_syncs_came_now(store: Store) -> None:
    for job in jobs(store).values():
        stored = [run.stored for run in store.runs(RunFilter(job_id=job.id), None, 100)]
        assert job.state == fold(reversed(stored))


def test_the_next_sync_goes_on(store: Store) -> None:
    for name, expected in (("Mirror", "Mirror"), ("Photos", "Photos (sync)")):
        job = deliver(store, sync_report(began=NOW - DAY, backup=name), received=NOW).job
        assert (job.name, job.state.total_runs) == (expected, 5)


def test_an_upgrade_that_was_killed_is_done_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(adopting, "found", lambda _db: [])
        with closing(Store(path)) as store:
            assert {job.kind for job in jobs(store).values()} == {JobKind.BACKUP}
    for _ in range(2):
        with closing(Store(path)) as store:
            states = {name: job.state.total_runs for name, job in jobs(store).items()}
        assert states == {"Mirror": 4, "Photos": 4, "Letters": 4, "Single": 0, "Photos (sync)": 4}
