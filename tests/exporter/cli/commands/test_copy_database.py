import re
from contextlib import closing
from pathlib import Path

import pytest

from exporter.cli.progress import bar
from exporter.store import RunFilter, Store
from exporter.store.postgres import Store as PgStore
from exporter.store.sqlite import Store as SqliteStore
from exporter.times import HOUR, MINUTE, now
from tests.exporter.cli.conftest import Commands, known
from tests.support.deliver import deliver
from tests.support.postgres_fixtures import postgres_server, postgres_url
from tests.support.process.daemon import Daemon
from tests.support.reports_builder import duplicati_report

__all__ = ["postgres_server", "postgres_url"]


def _runs(store: Store) -> list[object]:
    runs = store.runs(RunFilter(), None, 100)
    return [(run, store.run(run.stored.id)) for run in runs]


def _held(path: Path) -> list[object]:
    with closing(SqliteStore(path)) as store:
        return _runs(store)


def _deliver(store: Store, minutes: int, server: str, machine_id: str) -> None:
    began = now() - HOUR + minutes * MINUTE
    body = duplicati_report(began=began, server=server, machine_id=machine_id)
    deliver(store, body, received=began + MINUTE)


def test_a_database_is_copied_there_and_back(
    command: Commands, database: Path, tmp_path: Path, postgres_url: str
) -> None:
    back = tmp_path / "back.sqlite"
    told = command.output("copy-database", str(database), postgres_url)
    assert re.fullmatch(
        r"4 servers, 5 jobs, 5 runs, \d+ rows in all copied from \S+duplistatus.sqlite"
        r" to postgresql://\S+, and compared\n",
        told,
    )
    command.output("copy-database", postgres_url, str(back))
    assert (known(back), _held(back)) == (known(database), _held(database))


def test_a_running_daemons_database_is_copied_and_what_came_later_is_added(
    command: Commands, running: Daemon, database: Path, postgres_url: str
) -> None:
    command.output("copy-database", str(database), postgres_url)
    late = duplicati_report(began=now() - MINUTE, backup="Late")
    assert running.post(late).status_code == 200
    with closing(PgStore(postgres_url)) as store:
        _deliver(store, 0, server="new", machine_id="m-9")
        told = command.output("copy-database", "--add-missing", str(database), postgres_url)
        assert told == "1 runs added, 0 known already\n"
        store.catch_up(5)
        assert {"Late"} <= {job.name for job in store.snapshot().jobs}
        assert len(store.snapshot().servers) == 5
    told = command.output("copy-database", "--add-missing", str(database), postgres_url)
    assert told == "0 runs added, 1 known already\n"


def test_runs_without_room_are_told(
    command: Commands, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.sqlite"
    command.output("copy-database", str(database), str(copy))
    with closing(SqliteStore(database)) as store:
        _deliver(store, 0, server="new", machine_id="m-9")
    monkeypatch.setenv("DUPLISTATUS_MAX_SERVERS", "4")
    finished = command("copy-database", "--add-missing", str(database), str(copy))
    assert (finished.code, finished.err) == (1, "")
    assert finished.out.startswith(
        "0 runs added, 0 known already, 1 refused: see the limits max_servers"
    )


@pytest.mark.parametrize("more", [(), ("--add-missing",)])
def test_a_source_that_is_not_there_is_said_in_a_line(
    command: Commands, tmp_path: Path, more: tuple[str, ...]
) -> None:
    absent, target = tmp_path / "none.sqlite", tmp_path / "copy.sqlite"
    assert "there is no database" in command.refusal(
        "copy-database", *more, str(absent), str(target)
    )
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_is_not_there_is_not_added_to(
    command: Commands, database: Path, tmp_path: Path
) -> None:
    told = command.refusal(
        "copy-database", "--add-missing", str(database), str(tmp_path / "none.sqlite")
    )
    assert "copy without --add-missing first" in told


def test_runs_are_added_to_a_file_only_while_no_daemon_has_it(
    command: Commands, database: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    command.output("copy-database", str(database), str(copy))
    with closing(SqliteStore(copy)):
        told = command.refusal("copy-database", "--add-missing", str(database), str(copy))
    assert "is in use by another daemon" in told
    command.output("copy-database", "--add-missing", str(database), str(copy))


def test_a_target_that_is_not_empty_is_said_in_a_line(command: Commands, database: Path) -> None:
    told = command.refusal("copy-database", str(database), str(database))
    assert "the target is not empty" in told


def test_the_help_says_how_to_move_and_what_an_interruption_leaves(command: Commands) -> None:
    told = " ".join(command.output("copy-database", "--help").split())
    for words in ("FROM", "TO", "--add-missing", "TO stays empty", "PGPASSWORD", "Exit codes"):
        assert words in told


def test_a_postgresql_is_backed_up_to_a_file(
    command: Commands, database: Path, tmp_path: Path, postgres_url: str
) -> None:
    copy = tmp_path / "copy.sqlite"
    copy.write_text("an older one")
    command.output("copy-database", str(database), postgres_url)
    told = command.output("backup-database", "--database", postgres_url, str(copy))
    assert told.endswith(f" is backed up to {copy}, {copy.stat().st_size} bytes\n")
    assert not copy.with_name("copy.sqlite-wal").exists()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert (known(copy), _held(copy)) == (known(database), _held(database))


def test_a_postgresql_that_is_not_there_leaves_the_older_backup(
    command: Commands, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    copy.write_text("an older one")
    url = "postgresql://me:hush@127.0.0.1:1/none"
    told = command.refusal("backup-database", "--database", url, str(copy))
    assert "hush" not in told
    assert copy.read_text() == "an older one"
    assert list(tmp_path.iterdir()) == [copy]


def test_a_terminal_sees_how_far_a_copy_is(
    command: Commands, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    finished = command("copy-database", str(database), str(tmp_path / "copy.sqlite"))
    assert f"{bar(0, 1)} servers: 0 of " in finished.err
