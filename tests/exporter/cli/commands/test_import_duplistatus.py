"""duplistatus import duplistatus, on databases that nobody or a real daemon has."""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from exporter.cli.api_client import Client
from exporter.times import DAY, HOUR, MINUTE, SECOND, format_timestamp, now
from tests.exporter.cli.conftest import Commands, known
from tests.exporter.ingest.duplistatus.databases import Age, Row, as_stored, make, run
from tests.support.process.daemon import Daemon
from tests.support.reports_builder import duplicati_report, text_report

Json = dict[str, Any]
PAYLOADS = Path(__file__).parents[3] / "support" / "payloads"
BEGAN = now() // DAY * DAY - 3 * DAY
SERVERS = (
    {"id": "m-1", "name": "nas", "alias": "Cellar", "note": "ask Hans"},
    {"id": "m-9", "name": "pi", "alias": "", "note": None},
)
DAILY: Json = {
    "overdueBackupCheckEnabled": True,
    "expectedInterval": "1D",
    "allowedWeekDays": [0, 1, 2, 3, 4, 5, 6],
    "time": "2026-01-14T01:30:00.000Z",
}


def listed(command: Commands, listing: str) -> list[Json]:
    answered: list[Json] = json.loads(command.output(listing, "--json"))
    return answered


def job(command: Commands, server: str, name: str) -> Json:
    (found,) = [
        each for each in listed(command, "jobs") if (each["server"], each["name"]) == (server, name)
    ]
    return found


def server(command: Commands, machine_id: str) -> Json:
    (found,) = [each for each in listed(command, "servers") if each["machineId"] == machine_id]
    return found


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    """A database of the application with three runs of two servers."""
    runs = [
        run(BEGAN + DAY, backup="Music"),
        run(BEGAN, backup="Music", status="Error"),
        run(BEGAN, server="m-9", backup="Root"),
    ]
    settings = {"m-1:Music": DAILY, "m-9:Root": {"overdueBackupCheckEnabled": False}}
    told = {"backup_settings": settings, "overdue_tolerance": "2h"}
    return make(tmp_path / "backups.db", runs, servers=SERVERS, configurations=told)


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
def test_a_second_import_adds_and_changes_nothing(
    command: Commands, backups: Path, database: Path
) -> None:
    command.output("import", "duplistatus", str(backups))
    before = known(database)
    told = command.output("import", "duplistatus", str(backups))
    assert told.splitlines() == ["0 runs recorded", "3 duplicate runs"]
    assert known(database) == before


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


def posted() -> list[bytes]:
    """Return reports that both programs understand."""
    fine = duplicati_report(began=BEGAN, backup="Fine").replace(b".000Z", b".0001234Z")
    odd = duplicati_report(began=BEGAN + 123, backup="Odd", lines=("[Error-A-B]: no",))
    died = duplicati_report(
        began=BEGAN + 7, backup="Died", duration=None, status="Fatal", exception="gone"
    )
    real = [(PAYLOADS / name).read_bytes() for name in ("json-2.1.0.5.json", "json-2.3.1.0.json")]
    return [fine, odd, died, *real]


def test_a_run_that_was_posted_here_too_counts_once(
    command: Commands, running: Daemon, tmp_path: Path
) -> None:
    reports = posted()
    path = make(tmp_path / "backups.db", map(as_stored, reports))
    ids = [running.upload(report) for report in reports]
    before = running.data("/api/summary")
    told = command.output("import", "duplistatus", str(path))
    assert told.splitlines() == ["0 runs recorded", f"{len(reports)} duplicate runs"]
    after = running.data("/api/summary")
    assert {**after, "lastUpdated": None} == {**before, "lastUpdated": None}
    assert [running.upload(report) for report in reports] == ids


def test_a_run_that_is_posted_after_it_was_imported_counts_once(
    command: Commands, running: Daemon, tmp_path: Path
) -> None:
    reports = posted()
    path = make(tmp_path / "backups.db", map(as_stored, reports))
    command.output("import", "duplistatus", str(path))
    count = len(running.data("/api/backups")["backups"])
    for report in reports:
        running.upload(report)
    assert len(running.data("/api/backups")["backups"]) == count


def test_a_run_whose_text_report_told_whole_seconds_counts_once(
    command: Commands, running: Daemon, tmp_path: Path
) -> None:
    began = BEGAN + 5 * SECOND
    running.upload(text_report(began=began, backup="Text"))
    path = make(tmp_path / "backups.db", [run(began + 250, backup="Text")])
    assert "1 duplicate run" in command.output("import", "duplistatus", str(path))


def test_a_running_daemon_knows_at_once(command: Commands, running: Daemon, backups: Path) -> None:
    command.output("import", "duplistatus", str(backups))
    assert running.data("/api/lastbackup/Cellar")["server"]["alias"] == "Cellar"
    assert running.data("/api/summary")["totalServers"] == 5


@pytest.mark.usefixtures("database")
def test_what_a_person_set_here_stays(command: Commands, backups: Path) -> None:
    command.output("import", "duplistatus", str(backups))
    music = str(job(command, "nas", "Music")["id"])
    command.output("job", "set", music, "--schedule", "auto", "--tolerance", "5m")
    command.output("server", "set", "1", "--alias", "Attic", "--note", "")
    told = command.output("import", "duplistatus", str(backups))
    assert told.splitlines()[2:] == ["1 note set"]
    assert server(command, "m-1")["alias"] == "Attic"
    found = job(command, "nas", "Music")
    assert (found["schedule"], found["tolerance"]) == ("auto", "5m")


@pytest.mark.usefixtures("database")
def test_what_the_configuration_says_of_a_schedule_stays(
    command: Commands, backups: Path, tmp_path: Path
) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[[override]]\nbackup = "Music"\nschedule = "every 2d"\n')
    command.output("import", "duplistatus", str(backups), "--config", str(config))
    assert job(command, "nas", "Music")["schedule"] == "auto"
    assert job(command, "pi", "Root")["schedule"] == "off"


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
def test_servers_that_were_merged_here_stay_one(command: Commands, tmp_path: Path) -> None:
    command.output("server", "merge", "nas", "old", "--yes")
    servers = [
        {"id": "m-1", "name": "nas", "alias": "A"},
        {"id": "m-2", "name": "old", "alias": "B"},
    ]
    runs = [run(BEGAN, server="m-1", backup="Music"), run(BEGAN, server="m-2", backup="Films")]
    path = make(tmp_path / "backups.db", runs, servers=servers)
    assert "1 alias set" in command.output("import", "duplistatus", str(path))
    assert server(command, "m-1")["alias"] == "A"
    assert job(command, "nas", "Films")["lastRun"]["startTime"] == format_timestamp(BEGAN)


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


WRONG: list[Row] = [
    {"backup_name": " "},
    {"begin_time": "1970-01-01T00:00:00.000Z", "date": "1970-01-01T00:00:00.000Z"},
    {"status": "Lost", "parsed_result": "Lost"},
    {"begin_time": format_timestamp(now() + DAY)},
]
DOUBTFUL: list[Row] = [
    {"known_file_size": -5},
    {"examined_files": "many"},
    {"version": b"\x00\x01"},
    {"messages_array": "["},
]


@pytest.mark.usefixtures("database")
def test_a_row_that_cannot_be_right_keeps_no_other_out(command: Commands, tmp_path: Path) -> None:
    rows = [
        run(BEGAN + number * HOUR, backup="Music") | change
        for number, change in enumerate([*WRONG, *DOUBTFUL, {}])
    ]
    told = command("import", "duplistatus", str(make(tmp_path / "backups.db", rows)))
    assert (told.code, told.err) == (1, "")
    lines = told.out.splitlines()
    assert lines[0] == f"{len(DOUBTFUL) + 1} runs recorded"
    assert f"skipped: {len(WRONG)}" in lines
    assert "  backups run-0: backup_name is missing" in lines
    assert "  backups run-2: status 'Lost' is unknown" in lines
    assert f"invalid values, treated as missing: {len(DOUBTFUL)}" in lines
    assert "  backups run-4: known_file_size is -5" in lines
    assert job(command, "nas", "Music")["lastRun"]["startTime"] == format_timestamp(
        BEGAN + 8 * HOUR
    )


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("configurations", "reason"),
    [
        ({"backup_settings": "{"}, "  backup_settings: "),
        (
            {"backup_settings": {"m-1:Music": {"expectedInterval": "x"}}},
            "  backup_settings of Music",
        ),
        ({"overdue_tolerance": "soon"}, "  overdue_tolerance: 'soon' is unknown"),
    ],
)
def test_a_setting_that_cannot_be_read_is_told_and_the_runs_are_taken(
    command: Commands, tmp_path: Path, configurations: Json, reason: str
) -> None:
    rows = [run(BEGAN, backup="Music")]
    path = make(tmp_path / "backups.db", rows, configurations=configurations)
    told = command("import", "duplistatus", str(path))
    assert (told.code, told.err) == (1, "")
    assert told.out.startswith("1 run recorded\nsettings that cannot be read: 1\n" + reason)


@pytest.mark.usefixtures("database")
def test_what_the_daemon_does_not_take_is_told(command: Commands, tmp_path: Path) -> None:
    servers = [{"id": "m-1", "name": "nas", "alias": "a" * 2000, "note": "fine"}]
    path = make(tmp_path / "backups.db", [run(BEGAN, backup="Music")], servers=servers)
    told = command("import", "duplistatus", str(path))
    assert (told.code, told.err) == (1, "")
    assert told.out.splitlines()[1:3] == ["1 note set", "not set: 1"]


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
def test_another_file_is_refused_in_one_line(command: Commands, database: Path) -> None:
    told = command.refusal("import", "duplistatus", str(database))
    assert "is not a database of duplistatus" in told


def test_a_file_is_needed_before_a_database_of_ours(command: Commands, tmp_path: Path) -> None:
    told = command.refusal("import", "duplistatus", str(tmp_path / "none.db"))
    assert "there is no file" in told
    path = make(tmp_path / "backups.db", [])
    told = command.refusal("import", "duplistatus", str(path), "--database", str(tmp_path / "x"))
    assert "there is no database" in told


@pytest.mark.parametrize("zone", ["Mars", "", "../etc/passwd"])
def test_a_zone_that_is_none_is_refused(command: Commands, backups: Path, zone: str) -> None:
    told = command.refusal("import", "duplistatus", str(backups), "--timezone", zone)
    assert "is not a time zone" in told


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
