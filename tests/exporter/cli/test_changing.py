import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from exporter.model import UNNAMED, Copying, CopyOutcome, Delivery, SecondCopy, Status
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, now, parse_timestamp
from tests.exporter.cli.conftest import Commands, known
from tests.support.daemon import SENDER
from tests.support.process.daemon import Daemon
from tests.support.recording import report_of
from tests.support.reports_builder import duplicati_report

Json = dict[str, Any]


DAYS_LEFT = (3 * DAY - HOUR, 3 * DAY)


def listed(command: Commands, listing: str) -> dict[int, Json]:
    return {each["id"]: each for each in json.loads(command.output(listing, "--json"))}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", ["1", "nas", "m-1"])
def test_a_server_is_given_an_alias_and_a_note(command: Commands, name: str) -> None:
    told = command.output("server", "set", name, "--alias", "Cellar", "--note", "ask Hans")
    assert "Cellar" in told
    assert "ask Hans" in told
    server = listed(command, "servers")[1]
    assert (server["alias"], server["note"]) == ("Cellar", "ask Hans")


@pytest.mark.usefixtures("database")
def test_an_empty_text_clears_and_what_is_left_out_stays(command: Commands) -> None:
    command.output("server", "set", "nas", "--alias", "Cellar", "--note", "ask Hans")
    answered = json.loads(command.output("server", "set", "Cellar", "--alias", "", "--json"))
    assert answered == listed(command, "servers")[1]
    assert (answered["alias"], answered["note"]) == (None, "ask Hans")


@pytest.mark.usefixtures("database")
def test_servers_and_jobs_are_tagged_and_listed_by_their_tags(command: Commands) -> None:
    told = command.output("server", "set", "nas", "--tags", "Office, nas", "--url", "http://nas")
    assert "nas, office" in told
    server = listed(command, "servers")[1]
    assert (server["tags"], server["url"]) == (["nas", "office"], "http://nas")
    command.output("job", "set", "1", "--tags", "prod")
    for flags in (["--tag", "prod"], ["--tag", "prod", "--tag", "office"]):
        assert [job["id"] for job in json.loads(command.output("jobs", *flags, "--json"))] == [1]
    assert "has the tag prd" in command.refusal("jobs", "--tag", "prd")
    assert "Documents" in command.output("digest", "--tag", "prod")
    command.output("job", "set", "1", "--tags", "")
    assert listed(command, "jobs")[1]["settings"]["tags"] == []


@pytest.mark.usefixtures("database")
def test_a_server_is_said_to_be_none_that_it_looks_like(command: Commands) -> None:
    assert listed(command, "servers")[4]["possibleDuplicateOf"] == 3
    command.output("server", "set", "4", "--not-a-duplicate")
    assert listed(command, "servers")[4]["possibleDuplicateOf"] is None


@pytest.mark.usefixtures("database")
def test_a_job_is_set_and_reset_to_the_configuration(command: Commands) -> None:
    flags = ("--schedule", "cron 0 3 * * 1-5 Europe/Berlin", "--tolerance", "2h", "--pause")
    answered = json.loads(command.output("job", "set", "1", *flags, "--json"))
    assert answered == listed(command, "jobs")[1]
    assert answered["schedule"] == "cron 0 3 * * 1-5 Europe/Berlin"
    assert (answered["tolerance"], answered["paused"]) == ("2h", True)
    command.output("job", "set", "1", "--resume")
    command.output("job", "set", "1", "--schedule", "", "--tolerance", "")
    job = listed(command, "jobs")[1]
    assert (job["schedule"], job["tolerance"], job["paused"]) == ("auto", "1h", False)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("kind", "name"), [("job", "1"), ("server", "nas"), ("server", "1")])
def test_a_job_or_a_server_is_muted_for_a_time_and_unmuted(
    command: Commands, kind: str, name: str
) -> None:
    answered = json.loads(command.output(kind, "mute", name, "3d", "--json"))
    assert answered["mutedUntil"] == listed(command, f"{kind}s")[1]["mutedUntil"]
    least, most = DAYS_LEFT
    assert least < parse_timestamp(answered["mutedUntil"]) - now() <= most
    assert "muted" in listed(command, "jobs")[1]["conditions"]
    command.output(kind, "unmute", name)
    assert listed(command, f"{kind}s")[1]["mutedUntil"] is None
    assert "muted" not in listed(command, "jobs")[1]["conditions"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("span", ["soon", "0h", "11000d", "-1d", ""])
def test_what_is_no_duration_mutes_nobody(command: Commands, span: str) -> None:
    for kind, name in (("job", "1"), ("server", "nas")):
        assert "muteFor" in command.refusal(kind, "mute", "--", name, span)
        assert listed(command, f"{kind}s")[1]["mutedUntil"] is None


@pytest.mark.usefixtures("database")
def test_what_the_configuration_sets_holds_for_commands_too(
    command: Commands, tmp_path: Path
) -> None:
    config = tmp_path / "c.toml"
    config.write_text('tolerance = "3h"\n[[override]]\nserver = "nas"\nschedule = "every 2d"\n')
    told = json.loads(command.output("jobs", "--json", "--config", str(config)))
    assert [job["schedule"] for job in told] == ["every 2d", "every 2d", "auto", "auto", "auto"]
    assert {job["tolerance"] for job in told} == {"3h"}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("sources", [["old"], ["2", "3"], ["old", "3", "4"]])
def test_servers_are_merged(command: Commands, sources: list[str]) -> None:
    command.output("server", "merge", "nas", *sources, "--yes")
    servers = listed(command, "servers")
    assert len(servers) == 4 - len(sources)
    documents = [job for job in listed(command, "jobs").values() if job["name"] == "Documents"]
    assert [(job["serverId"], job["lastRun"]["status"]) for job in documents] == [(1, "fatal")]


@pytest.mark.usefixtures("database")
def test_a_server_is_deleted_with_its_jobs(command: Commands) -> None:
    command.output("server", "delete", "nas", "--yes")
    assert list(listed(command, "servers")) == [2, 3, 4]
    assert list(listed(command, "jobs")) == [3, 4, 5]


@pytest.mark.usefixtures("database")
def test_a_job_is_deleted(command: Commands) -> None:
    command.output("job", "delete", "1", "--yes")
    assert list(listed(command, "jobs")) == [2, 3, 4, 5]
    assert listed(command, "servers")[1]["jobs"] == 1


@pytest.fixture
def troubled(database: Path) -> Path:
    """Job 6 has two second copies, job 7 no name and a failure, job 8 was called Attic."""
    today = now() - HOUR
    copies = tuple(SecondCopy(each, today, Status.SUCCESS) for each in ("file:///b", "s3://c d"))
    reports = [
        report_of("Photos", today, copying=Copying(CopyOutcome.COPIED, copies)),
        report_of(UNNAMED, today, Status.ERROR),
        report_of("Attic", today, backup_id="DB-1"),
        report_of("Cellar", today + MINUTE, backup_id="DB-1"),
    ]
    with closing(Store(database)) as store:
        for report in reports:
            store.record(report, Delivery(now(), SENDER))
    return database


@pytest.mark.usefixtures("troubled")
def test_a_second_destination_is_forgotten(command: Commands) -> None:
    for destination in ("s3://c d", "file:///b"):
        assert destination in str(listed(command, "jobs")[6]["secondCopies"])
        told = json.loads(command.output("job", "forget-copy", "6", destination, "--json"))
        assert destination not in str(told["secondCopies"])
        assert told == listed(command, "jobs")[6]
    assert "no second copy there" in command.refusal("job", "forget-copy", "6", "file:///b")


@pytest.mark.usefixtures("troubled")
def test_what_came_without_a_name_is_cleared(command: Commands) -> None:
    assert listed(command, "jobs")[7]["conditions"] == ["failing", "unnamed"]
    assert "fine" in command.output("job", "clear", "7")
    assert listed(command, "jobs")[7]["conditions"] == ["fine"]


@pytest.mark.usefixtures("troubled")
def test_a_backup_that_was_not_renamed_is_parted(command: Commands) -> None:
    job = listed(command, "jobs")[8]
    assert (job["name"], job["formerly"]) == ("Cellar", ["Attic"])
    command.output("job", "separate", "8", "--yes")
    names = {job["name"]: job["formerly"] for job in listed(command, "jobs").values()}
    assert (names["Attic"], names["Cellar"]) == ([], [])
    assert "renamed" in command.refusal("job", "separate", "8", "--yes")


def test_a_running_daemon_knows_of_a_changed_server_at_once(
    command: Commands, running: Daemon
) -> None:
    command.output("server", "set", "nas", "--alias", "Cellar")
    assert running.data("/api/lastbackup/Cellar")["server"]["alias"] == "Cellar"
    command.output("server", "merge", "nas", "old", "--yes")
    assert running.data("/api/summary")["totalServers"] == 3
    later = duplicati_report(began=now(), server="old", machine_id="m-2")
    assert running.upload(later)["serverId"] == 1
    command.output("server", "delete", "3", "--yes")
    assert running.data("/api/summary")["totalServers"] == 2
    assert running.data("/api/summary")["totalBackupJobs"] == 3


def test_a_running_daemon_knows_of_a_changed_job_at_once(
    command: Commands, running: Daemon
) -> None:
    assert running.data("/api/summary")["overdueBackups"] == 1
    command.output("job", "set", "1", "--pause")
    assert running.data("/api/summary")["overdueBackups"] == 0
    assert running.series()["duplistatus_overdue_backups"] == 0
    command.output("job", "set", "1", "--resume", "--schedule", "every 1h")
    assert [job["id"] for job in running.data("/api/jobs?overdue=true")["jobs"]] == [1]
    assert running.data("/api/jobs/1")["job"]["schedule"] == "every 1h"
    command.output("job", "delete", "1", "--yes")
    assert running.get("/api/jobs/1").status_code == 404
    assert running.data("/api/summary")["overdueBackups"] == 0


def test_a_running_daemon_logs_what_a_command_changes_and_no_token(
    command: Commands, running: Daemon, database: Path
) -> None:
    command.output("job", "set", "1", "--tolerance", "2h")
    assert running.wait_for_event("job changed")["job_id"] == 1
    token = database.with_name(f"{database.name}.admin-token").read_text().strip()
    assert token not in running.log.read_text()


@pytest.mark.usefixtures("database")
def test_a_change_made_while_nobody_ran_is_there_when_the_daemon_starts(
    command: Commands, request: pytest.FixtureRequest
) -> None:
    command.output("server", "merge", "nas", "old", "--yes")
    command.output("job", "set", "1", "--schedule", "off")
    daemon: Daemon = request.getfixturevalue("running")
    assert daemon.data("/api/summary")["totalServers"] == 3
    assert daemon.data("/api/jobs/1")["job"]["schedule"] == "off"


def test_a_command_leaves_the_database_free_for_the_next(command: Commands, database: Path) -> None:
    before = sorted(path.name for path in database.parent.iterdir())
    for _ in range(2):
        command.output("job", "set", "1", "--pause")
    after = sorted(path.name for path in database.parent.iterdir())
    assert set(after) - set(before) == {f"{database.name}.admin-token"}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", ["nix", "99", "NAS", ""])
@pytest.mark.parametrize("action", ["set", "delete", "merge"])
def test_a_server_that_nobody_is_is_named_in_the_refusal(
    command: Commands, action: str, name: str
) -> None:
    rest = {"set": ["--note", "x"], "delete": ["--yes"], "merge": ["old", "--yes"]}[action]
    told = command.refusal("server", action, name, *rest)
    assert told == f"duplistatus: no server is called {name}: give an id, see duplistatus servers"


@pytest.mark.usefixtures("either")
def test_a_name_of_several_servers_is_refused_until_an_id_is_given(command: Commands) -> None:
    for rest in (["set", "twin", "--note", "x"], ["merge", "nas", "twin", "--yes"]):
        told = command.refusal("server", *rest)
        assert told.startswith("duplistatus: several servers are called twin: give an id")
    command.output("server", "set", "4", "--note", "the second")
    notes = {number: each["note"] for number, each in listed(command, "servers").items()}
    assert notes == {1: None, 2: None, 3: None, 4: "the second"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["job", "set", "Documents", "--pause"], "Documents is not a job's id"),
        (["job", "set", "99", "--pause"], "not found"),
        (["job", "delete", "99", "--yes"], "not found"),
        (["job", "set", "1"], "schedule, tolerance, paused"),
        (["job", "set", "1", "--schedule", "sometimes"], "schedule 'sometimes' "),
        (["job", "set", "1", "--tolerance", "soon"], "tolerance 'soon' "),
        (["job", "set", "1", "--pause", "--resume"], "not allowed with"),
        (["job", "set", "1", "--sched", "off"], "--sched"),
        (["server", "set", "nas"], "alias, note"),
        (["server", "set", "nas", "--alias", " "], "alias must be "),
        (["server", "merge", "nas", "nas", "--yes"], "from must not contain"),
        (["server", "merge", "nas", "--yes"], "SOURCE"),
        (["server"], "ACTION"),
        (["job", "list"], "list"),
        (["jobs", "x"], "x"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line_and_changes_nothing(
    command: Commands, database: Path, arguments: list[str], told: str
) -> None:
    before = known(database)
    assert told in command.refusal(*arguments)
    assert known(database) == before
