from contextlib import closing
from pathlib import Path

from exporter.store import Change, RunFilter, StoredDetail
from exporter.store.sqlite import Store
from tests.exporter.cli.conftest import Commands, known
from tests.support.process.daemon import ANY_PORT, Daemon


def _details(database: Path) -> list[StoredDetail | None]:
    """Return every run with all that is kept of it."""
    with closing(Store(database)) as store:
        runs = store.runs(RunFilter(), None, 100)
        return [store.run(run.stored.id) for run in runs]


def _held(database: Path) -> tuple[Change, list[StoredDetail | None]]:
    return known(database), _details(database)


def test_a_restored_copy_holds_what_the_database_held(
    command: Commands, database: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    told = command.output("backup-database", str(copy))
    size = copy.stat().st_size
    assert told == f"{database} is backed up to {copy}, {size} bytes\n"
    assert _held(copy) == _held(database)


def test_a_copy_of_a_running_daemons_database_can_take_its_place(
    command: Commands, running: Daemon, database: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    command.output("backup-database", str(copy))
    assert running.get("/-/ready").status_code == 200
    assert running.stop() == 0
    before = _held(database)
    database.unlink()
    copy.rename(database)
    with Daemon(tmp_path, *ANY_PORT, "--database", str(database)) as restored:
        assert restored.data("/api/summary")["totalBackupJobs"] == len(before[0].jobs)
        assert restored.stop() == 0
    assert _held(database) == before


def test_a_copy_that_cannot_be_made_is_said_in_a_line(command: Commands, database: Path) -> None:
    told = command.refusal("backup-database", str(database))
    assert "name another file" in told
