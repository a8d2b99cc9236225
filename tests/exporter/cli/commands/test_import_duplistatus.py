"""duplistatus import duplistatus: what arrives from the database of the application."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from exporter.cli.api_client import Client
from exporter.times import DAY, MINUTE, format_timestamp
from tests.exporter.cli.commands.application import BEGAN, DAILY, SERVERS, Json, job, listed, server
from tests.exporter.cli.conftest import Commands, known
from tests.exporter.ingest.duplistatus.databases import Age, make, run
from tests.support.process.daemon import Daemon


@pytest.mark.usefixtures("either")
def test_runs_names_and_settings_arrive(command: Commands, backups: Path) -> None:
    told = command.output("import", "duplistatus", str(backups))
    assert told.splitlines() == [
        "3 runs recorded",
        "1 alias, 1 note, 2 schedules, 2 tolerances set",
        "1 schedule of them off: not monitored there",
    ]
    nas, pi = server(command, "m-1"), server(command, "m-9")
    assert (nas["alias"], nas["note"]) == ("Cellar", "ask Hans")
    assert (pi["name"], pi["alias"], pi["note"]) == ("pi", None, None)
    assert pi["lastReport"] == format_timestamp(BEGAN + MINUTE)
    music, root = job(command, "nas", "Music"), job(command, "pi", "Root")
    assert (music["schedule"], music["tolerance"]) == ("every 1d", "2h")
    assert music["lastRun"]["startTime"] == format_timestamp(BEGAN + DAY)
    assert (root["schedule"], root["tolerance"]) == ("off", "2h")


@pytest.mark.usefixtures("database")
def test_a_dry_run_says_what_would_happen_and_changes_nothing(
    command: Commands, backups: Path, database: Path
) -> None:
    before = known(database)
    told = command.output("import", "duplistatus", str(backups), "--dry-run")
    assert told.splitlines() == [
        "3 runs would be recorded",
        "1 alias, 1 note, 2 schedules, 2 tolerances would be set",
        "1 schedule of them would be off: not monitored there",
    ]
    assert known(database) == before


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("age", Age)
def test_every_age_of_the_application_is_read(command: Commands, tmp_path: Path, age: Age) -> None:
    configurations = {"backup_settings": {"nas:Music": DAILY}}
    path = make(
        tmp_path / "backups.db",
        [run(BEGAN, backup="Music", messages_array='["[Warning-A-B]: hm"]')],
        age=age,
        configurations=None if age is Age.MACHINES else configurations,
    )
    command.output("import", "duplistatus", str(path))
    schedule = "auto" if age is Age.MACHINES else "every 1d"
    assert job(command, "nas", "Music")["schedule"] == schedule


def test_a_running_daemon_knows_at_once(command: Commands, running: Daemon, backups: Path) -> None:
    command.output("import", "duplistatus", str(backups))
    assert running.data("/api/lastbackup/Cellar")["server"]["alias"] == "Cellar"
    assert running.data("/api/summary")["totalServers"] == 5


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("flags", "schedule", "told"),
    [
        ((), "auto", "1 schedule of certain week days will be learned from the runs; --timezone"),
        (("--timezone", "Europe/Berlin"), "cron 30 2 * * 1,2,3,4,5 Europe/Berlin", "1 schedule"),
    ],
)
def test_week_days_are_a_calendar_where_the_time_zone_is_told(
    command: Commands, tmp_path: Path, flags: tuple[str, ...], schedule: str, told: str
) -> None:
    settings = {"m-1:Music": DAILY | {"allowedWeekDays": [1, 2, 3, 4, 5]}}
    path = make(
        tmp_path / "backups.db",
        [run(BEGAN, backup="Music")],
        configurations={"backup_settings": settings},
    )
    assert told in command.output("import", "duplistatus", str(path), *flags)
    assert job(command, "nas", "Music")["schedule"] == schedule


def test_servers_of_one_name_stay_apart(command: Commands, database: Path, tmp_path: Path) -> None:
    servers = [{"id": "m-7", "name": "pi", "alias": "A"}, {"id": "m-8", "name": "pi", "alias": "B"}]
    runs = [run(BEGAN, server="m-7"), run(BEGAN, server="m-8")]
    path = make(tmp_path / "backups.db", runs, servers=servers)
    command.output("import", "duplistatus", str(path), "--database", str(database))
    assert [server(command, each)["alias"] for each in ("m-7", "m-8")] == ["A", "B"]


@pytest.mark.usefixtures("database")
def test_what_never_ran_is_told_and_left_out(command: Commands, tmp_path: Path) -> None:
    configurations = {"backup_settings": {"m-1:Music": DAILY, "m-1:Gone": DAILY}}
    path = make(
        tmp_path / "backups.db",
        [run(BEGAN, backup="Music")],
        servers=SERVERS,
        configurations=configurations,
    )
    told = command.output("import", "duplistatus", str(path))
    assert "skipped: 1 server and the settings of 1 backup, without a run here" in told
    assert [each for each in listed(command, "servers") if each["machineId"] == "m-9"] == []


@pytest.mark.usefixtures("database")
def test_what_is_set_for_one_job_is_one_change(
    command: Commands, backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is a commit, and there may be ten thousand jobs."""
    changes: list[tuple[str, ...]] = []
    send = Client.send

    def noted(self: Client, method: str, path: str, body: Json | None = None) -> Json:
        if method == "PATCH":
            changes.append(tuple(body or ()))
        return send(self, method, path, body)

    monkeypatch.setattr(Client, "send", noted)
    command.output("import", "duplistatus", str(backups))
    assert sorted(changes) == [("alias", "note"), *[("schedule", "tolerance")] * 2]


@pytest.mark.usefixtures("database")
def test_an_import_while_the_application_runs_takes_what_is_there(
    command: Commands, backups: Path
) -> None:
    with closing(sqlite3.connect(backups)) as application:
        application.execute("PRAGMA journal_mode = WAL")
        with application:
            application.execute("DELETE FROM backups WHERE backup_name = 'Root'")
        assert "2 runs recorded" in command.output("import", "duplistatus", str(backups))


@pytest.mark.usefixtures("database")
def test_a_person_at_a_terminal_sees_how_far_it_is(
    command: Commands, backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    told = command("import", "duplistatus", str(backups))
    assert "[####################] 3 of 3 runs" in told.err
    assert "[##########..........] 1 of 2 jobs set" in told.err
    assert told.err.endswith("\r\x1b[K")
    assert "of 3" not in told.out


@pytest.mark.usefixtures("database")
def test_the_example_of_the_page_is_what_it_prints(command: Commands, tmp_path: Path) -> None:
    runs = [
        run(BEGAN - number * DAY, backup=f"b{number % 2}", backup_id=f"DB-{number % 2}")
        for number in range(40)
    ]
    unfinished = run(BEGAN, status="InProgress", id="5f0c1b")
    week = DAILY | {"allowedWeekDays": [1, 2, 3, 4, 5]}
    path = make(
        tmp_path / "backups.db",
        [*runs, unfinished],
        servers=SERVERS[:1],
        configurations={
            "backup_settings": {"m-1:b0": DAILY, "m-1:b1": week},
            "overdue_tolerance": "1h",
        },
    )
    command.output("server", "set", "nas", "--note", "mine")
    told = command("import", "duplistatus", str(path), "--dry-run")
    page = (Path(__file__).parents[4] / "docs" / "import.md").read_text(encoding="utf-8")
    assert f"```text\n{told.out}```" in page
