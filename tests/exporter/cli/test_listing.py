import json
import re
from contextlib import closing
from pathlib import Path

import pytest
import requests

from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, now
from tests.exporter.cli.conftest import OVERDUE_BY, Commands
from tests.support.deliver import deliver
from tests.support.live import activity
from tests.support.process.daemon import Daemon
from tests.support.process.waiting import eventually
from tests.support.reports_builder import duplicati_report

MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def rows(table: str) -> list[list[str]]:
    """Return the cells of a table; its columns are two or more spaces apart."""
    return [re.split(r" {2,}", line.strip()) for line in table.splitlines()]


def jobs(command: Commands, *flags: str) -> list[int]:
    return [job["id"] for job in json.loads(command.output("jobs", "--json", *flags))]


@pytest.mark.usefixtures("either")
def test_servers_are_listed_as_a_table(command: Commands) -> None:
    head, *servers = rows(command.output("servers"))
    assert head == [
        *("ID", "NAME", "ALIAS", "JOBS", "LAST REPORT", "DUPLICATI", "MUTED UNTIL", "TAGS", "NOTE")
    ]
    assert [server[:3] for server in servers] == [
        ["1", "nas", "2"],
        ["2", "old", "1"],
        ["3", "twin", "1"],
        ["4", "twin", "1"],
    ]
    assert all(re.fullmatch(MOMENT, server[3]) for server in servers)
    assert {server[4] for server in servers} == {"2.1.0.5"}


@pytest.mark.usefixtures("either")
def test_jobs_are_listed_as_a_table(command: Commands) -> None:
    head, *listed = rows(command.output("jobs"))
    assert head == [
        "ID",
        "SERVER",
        "BACKUP",
        "KIND",
        "LAST RUN",
        "STATUS",
        "EXPECTED",
        "BY",
        "STATE",
    ]
    assert [[*job[:3], job[5], *job[7:]] for job in listed] == [
        ["1", "nas", "Documents", "success", "default", f"overdue by {OVERDUE_BY}, stale"],
        ["2", "nas", "Mail", "success", "reported", "fine"],
        ["3", "old", "Documents", "fatal", "default", "failing"],
        ["4", "twin", "All", "success", "default", "fine"],
        ["5", "twin", "All", "success", "default", "fine"],
    ]
    assert all(re.fullmatch(MOMENT, job[place]) for job in listed for place in (4, 6))
    assert {job[3] for job in listed} == {"backup"}


@pytest.mark.usefixtures("either")
def test_a_job_is_explained_with_the_sum_of_its_deadline(command: Commands) -> None:
    told = json.loads(command.output("job", "explain", "1", "--json"))
    job, terms = told["job"], told["explanation"]["terms"]
    lines = command.output("job", "explain", "1").splitlines()
    assert lines[0].startswith("Documents of nas: overdue, stale")
    assert lines[1] == job["why"]
    assert lines[3] == f"  {told['explanation']['since']}  its last run started"
    assert [line.split("  ")[-1] for line in lines[4:-1]] == [term["why"] for term in terms]
    assert lines[-2].strip() == "+ 1h  tolerance"
    assert lines[-1] == f"  {job['deadline']}  overdue from then on"


@pytest.mark.usefixtures("database")
def test_a_job_that_is_off_has_no_sum(command: Commands) -> None:
    command.output("job", "set", "1", "--schedule", "off")
    head, why = command.output("job", "explain", "1").splitlines()
    assert head == "Documents of nas: off"
    assert why.startswith("Not monitored: its schedule is off")


def test_what_is_not_believed_of_a_job_is_printed(command: Commands, database: Path) -> None:
    with closing(Store(database)) as store:
        began = now() - HOUR
        body = duplicati_report(began=began, backup="Far", next_scheduled=began + 900 * DAY)
        deliver(store, body, received=began + MINUTE)
    last = command.output("job", "explain", "6").splitlines()[-1]
    assert last.startswith("Not trusted: Duplicati planned its next run for ")


@pytest.mark.usefixtures("database")
def test_a_table_tells_who_is_paused_or_off(command: Commands) -> None:
    command.output("job", "set", "1", "--pause")
    command.output("job", "set", "3", "--schedule", "off")
    states = [job[-1] for job in rows(command.output("jobs"))[1:]]
    assert states == ["paused", "fine", "failing, off", "fine", "fine"]


@pytest.mark.usefixtures("database")
def test_tables_tell_who_is_muted_and_until_when(command: Commands) -> None:
    command.output("job", "mute", "3", "3d")
    command.output("server", "mute", "nas", "1h")
    muted = rf"muted until {MOMENT}"
    overdue, fine, failing, *others = [job[-1] for job in rows(command.output("jobs"))[1:]]
    assert re.fullmatch(rf"overdue by {OVERDUE_BY}, stale, {muted}", overdue)
    assert re.fullmatch(muted, fine)
    assert re.fullmatch(rf"failing, {muted}", failing)
    assert others == ["fine", "fine"]
    assert re.fullmatch(MOMENT, rows(command.output("servers"))[1][-1])
    head = command.output("job", "explain", "3").splitlines()[0]
    assert re.fullmatch(rf"Documents of old: failing, {muted}", head)
    assert jobs(command, "--condition", "muted") == [1, 2, 3]


def test_programs_get_what_the_api_answers(command: Commands, running: Daemon) -> None:
    for listing in ("servers", "jobs"):
        listed = json.loads(command.output(listing, "--json"))
        answered = running.data(f"/api/{listing}")[listing]
        for entry in [*listed, *answered]:
            entry.pop("lateBySeconds", None)
        assert listed == answered


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("flags", "ids"),
    [
        (["--overdue"], [1]),
        (["--failing"], [3]),
        (["--overdue", "--failing"], []),
        (["--condition", "stale"], [1]),
        (["--condition", "FAILING", "--server", "old"], [3]),
        (["--server", "nas"], [1, 2]),
        (["--server", "2"], [3]),
        (["--server", "m-4"], [5]),
        (["--server", "nas", "--overdue"], [1]),
        (["--server", "old", "--overdue"], []),
        ([], [1, 2, 3, 4, 5]),
    ],
)
def test_jobs_are_listed_by_their_state_and_server(
    command: Commands, flags: list[str], ids: list[int]
) -> None:
    assert jobs(command, *flags) == ids


@pytest.mark.usefixtures("database")
def test_a_condition_that_nothing_is_called_is_refused_with_those_that_are(
    command: Commands,
) -> None:
    told = command.refusal("jobs", "--condition", "great")
    assert "condition must be one of overdue, failing" in told


def test_a_job_of_which_only_live_reports_came_is_listed_and_set(
    command: Commands, running: Daemon
) -> None:
    began = now()
    body = activity(began=began, at=began, backup="First", machine_id="m-1")
    requests.post(f"{running.url}/api/activity", data=body, timeout=10)

    def look() -> list[str] | None:
        return next((row for row in rows(command.output("jobs")) if "First" in row), None)

    shown = eventually(look, "the job that began")
    assert shown[-1] == "running, waiting"
    (_, told) = rows(command.output("job", "set", shown[0], "--tolerance", "2h"))
    assert (told[2], told[-1]) == ("First", "running, waiting")
    assert command.output("job", "delete", shown[0], "--yes") == ""


def test_a_running_daemon_is_asked_for_what_is_overdue(command: Commands, running: Daemon) -> None:
    assert jobs(command, "--overdue") == [1]
    running.upload(duplicati_report(began=now()))
    assert jobs(command, "--overdue") == []


@pytest.mark.usefixtures("database")
def test_the_server_of_a_listing_may_be_called_by_its_alias(command: Commands) -> None:
    command.output("server", "set", "old", "--alias", "Under the stairs")
    assert jobs(command, "--server", "Under the stairs") == [3]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", ["nix", "twin", "99", "NAS"])
def test_a_server_that_nobody_or_several_are_is_named_in_the_refusal(
    command: Commands, name: str
) -> None:
    assert name in command.refusal("jobs", "--server", name)


def test_an_empty_database_lists_nothing(
    command: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Store(Path("duplistatus.sqlite")).close()
    assert len(rows(command.output("servers"))) == 1
    assert len(rows(command.output("jobs"))) == 1
    assert jobs(command) == []


def test_more_jobs_than_a_page_holds_are_all_listed(command: Commands, database: Path) -> None:
    with closing(Store(database)) as store:
        for number in range(1000):
            server = f"m-{number % 2}"
            body = duplicati_report(began=now(), machine_id=server, backup=f"b{number}")
            deliver(store, body, received=now())
    assert jobs(command) == list(range(1, 1006))


@pytest.mark.parametrize("arguments", [["servers"], ["jobs"], ["job", "set", "1", "--pause"]])
def test_a_command_makes_no_database(
    command: Commands, tmp_path: Path, arguments: list[str]
) -> None:
    path = tmp_path / "nothing.sqlite"
    told = command.refusal(*arguments, "--database", str(path))
    assert told == f"duplistatus: there is no database {path}: name it with --database"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("database")
def test_the_flag_that_names_the_database_wins_over_the_environment(
    command: Commands, tmp_path: Path
) -> None:
    other = tmp_path / "other.sqlite"
    Store(other).close()
    assert jobs(command, "--database", str(other)) == []


def test_a_name_that_would_steer_the_terminal_is_escaped_in_tables(
    command: Commands, database: Path
) -> None:
    with closing(Store(database)) as store:
        deliver(store, duplicati_report(began=now(), machine_id="odd", server="evil\x1b[2Jname"))
    told = command.output("servers")
    assert "\x1b" not in told
    assert r"evil\x1b[2Jname" in told
