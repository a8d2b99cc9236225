"""duplistatus pull, from simulated servers of Duplicati."""

import json
import os
import re
from pathlib import Path

import pytest

from exporter.times import DAY, HOUR, format_timestamp, now
from tests.exporter.cli.conftest import Commands, known
from tests.support.duplicati.simulator import PASSWORD, Canned, Simulator
from tests.support.reports_builder import duplicati_report

pytestmark = pytest.mark.usefixtures("database")

TODAY = now() - HOUR


@pytest.fixture
def password(tmp_path: Path) -> str:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    return str(file)


def fill(simulator: Simulator, backup_id: str = "2", runs: int = 3) -> None:
    """Let a backup have had a run a day, the last one an hour ago."""
    for days in range(runs, 0, -1):
        body = json.loads(duplicati_report(began=TODAY - (days - 1) * DAY))
        simulator.add_row(backup_id, body["Data"])


def jobs_of(command: Commands, server: str = "attic-nas") -> list[tuple[str, str]]:
    """Return the jobs of a server and how their last runs ended."""
    told = json.loads(command.output("jobs", "--server", server, "--json"))
    return [(job["name"], job["lastRun"]["status"]) for job in told]


def test_a_servers_runs_are_known_afterwards(
    command: Commands, either: str, duplicati: Simulator, password: str
) -> None:
    fill(duplicati)
    asked = ("pull", duplicati.url, "--password-file", password, "--name", "nas")
    first = command.output(*asked)
    assert first == (
        "nas: 1 backup, 3 runs recorded, 0 duplicate, 0 other operations recorded, 0 invalid\n"
    )
    assert jobs_of(command) == [("Photos to S3", "success")]
    assert "0 runs recorded, 3 duplicate" in command.output(*asked), either


def test_what_duplicati_plans_is_expected(
    command: Commands, duplicati: Simulator, password: str
) -> None:
    duplicati.backups = []
    start = format_timestamp((TODAY // HOUR + 120) * HOUR)
    duplicati.add_backup("2", "Photos", schedule={"Time": start, "Repeat": "1D"})
    fill(duplicati)
    command.output("pull", duplicati.url, "--password-file", password)
    (job,) = json.loads(command.output("jobs", "--server", "attic-nas", "--json"))
    assert (job["expectedStart"], job["scheduleSource"]) == (start, "reported")


def test_a_planned_backup_is_expected_before_its_first_run(
    command: Commands, duplicati: Simulator, password: str
) -> None:
    start = format_timestamp((TODAY // HOUR + 72) * HOUR)
    duplicati.add_backup("3", "New", schedule={"Time": start, "Repeat": "1D"})
    told = command.output("pull", duplicati.url, "--password-file", password)
    assert told.splitlines()[1] == "  New: is expected as it is planned"
    (job,) = json.loads(command.output("jobs", "--server", "attic-nas", "--json"))
    assert (job["name"], job["condition"], job["lastRun"]) == ("New", "waiting", None)
    assert (job["expectedStart"], job["scheduleSource"]) == (start, "reported")


def test_one_is_one(command: Commands, duplicati: Simulator, password: str) -> None:
    fill(duplicati, runs=1)
    told = command.output("pull", duplicati.url, "--password-file", password, "--name", "nas")
    assert told.startswith(
        "nas: 1 backup, 1 run recorded, 0 duplicate, 0 other operations recorded"
    )


def test_a_trial_says_the_same_and_records_nothing(
    command: Commands, database: Path, duplicati: Simulator, password: str
) -> None:
    fill(duplicati)
    before = known(database)
    told = command.output("pull", duplicati.url, "--password-file", password, "--dry-run")
    assert "3 runs would be recorded, 0 duplicate" in told
    assert known(database) == before


def test_many_runs_go_to_the_daemon_in_parts(
    command: Commands, duplicati: Simulator, password: str
) -> None:
    lines = [f"2026-01-15 - [Warning-x]: {'x' * 8000}"] * 20
    for days in range(80, 0, -1):
        body = json.loads(duplicati_report(began=TODAY - days * DAY))
        duplicati.add_row("2", body["Data"] | {"Warnings": lines, "Messages": lines})
    told = command.output("pull", duplicati.url, "--password-file", password)
    assert "80 runs recorded" in told


def test_a_run_that_the_daemon_finds_too_large_is_told(
    command: Commands,
    duplicati: Simulator,
    password: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DUPLISTATUS_MAX_UPLOAD_BYTES", "4096")
    duplicati.add_row("2", {"MainOperation": "Backup", "Warnings": ["x" * 8000]})
    finished = command("pull", duplicati.url, "--password-file", password)
    assert finished.code == 1
    assert "1 refused" in finished.out
    assert "larger than max_upload_bytes" in finished.out


def test_what_is_not_understood_is_told_and_no_failure(
    command: Commands, duplicati: Simulator, password: str
) -> None:
    fill(duplicati)
    duplicati.add_row("2", "\x1b[31mno json")
    told = command.output("pull", duplicati.url, "--password-file", password)
    assert "1 invalid" in told
    assert re.search(r"^  Photos to S3: .*row 4", told, re.MULTILINE)


def test_a_name_cannot_steer_the_terminal(
    command: Commands, duplicati: Simulator, password: str
) -> None:
    duplicati.rename("2", "\x1b[31mred")
    duplicati.always["/backup/2/log"] = Canned(404)
    told = command("pull", duplicati.url, "--password-file", password).err
    assert told == (
        "duplistatus: \\x1b[31mred: "
        f"{duplicati.url.removeprefix('http://')} has nothing at /backup/2/log\n"
    )


def test_a_wrong_password_is_told_and_not_shown(
    command: Commands, duplicati: Simulator, password: str
) -> None:
    duplicati.password = "another"
    finished = command("pull", duplicati.url, "--password-file", password, "--name", "nas")
    assert (finished.code, finished.out) == (1, "")
    (line,) = finished.err.splitlines()
    assert line.startswith("duplistatus: nas ")
    assert line.endswith(" password")
    assert "another" not in line
    assert PASSWORD not in line


def test_the_password_may_come_through_the_standard_input(
    command: Commands, duplicati: Simulator
) -> None:
    finished = command("pull", duplicati.url, "--password-file", "-", typed=f"{PASSWORD}\n")
    assert finished.code == 0


@pytest.mark.parametrize(("typed", "told"), [("\n", "is empty"), ("\udcff\n", "cannot be read")])
def test_a_password_that_cannot_be_one_is_refused_before_anybody_is_asked(
    command: Commands, duplicati: Simulator, typed: str, told: str
) -> None:
    finished = command("pull", duplicati.url, "--password-file", "-", typed=typed)
    assert finished.code == 2
    assert f"the standard input {told}" in finished.err
    assert len(finished.err.splitlines()) == 1
    assert duplicati.requests == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "there is no server to pull from"),
        (("nas",), "'nas' is not"),
        (("https://me:hidden@nas",), "put the password into a file"),
        (("https://nas",), "the password is missing"),
        (("https://nas", "--password-file", "/nowhere"), "/nowhere cannot be read"),
        (("https://nas", "--fingerprint", "1"), "'1' is not"),
        (
            ("--password-file", "/nowhere", "--insecure"),
            "--password-file, --insecure: give the address too",
        ),
    ],
)
def test_what_cannot_be_pulled_is_refused(
    command: Commands, arguments: tuple[str, ...], told: str
) -> None:
    refusal = command.refusal("pull", *arguments)
    assert told in refusal
    assert "hidden" not in refusal


def test_a_certificate_that_is_not_trusted_is_told_with_the_option_that_helps(
    command: Commands, secure_duplicati: Simulator, password: str
) -> None:
    asked = ("pull", secure_duplicati.url, "--password-file", password)
    refused = command(*asked)
    assert refused.code == 1
    option = refused.err.partition("give ")[2].partition(",")[0].split()
    assert option[0] == "--fingerprint"
    assert command(*asked, *option) == (
        0,
        command.output(*asked, *option),
        "",
    )


def test_who_checks_no_certificate_is_warned(
    command: Commands, secure_duplicati: Simulator, password: str
) -> None:
    finished = command(
        "pull", secure_duplicati.url, "--password-file", password, "--insecure", "--name", "nas"
    )
    assert finished.code == 0
    assert "the certificate of nas is not verified" in finished.err


def table(url: str, password: str, name: str) -> str:
    return f'[[pull]]\nurl = "{url}"\npassword_file = "{password}"\nname = "{name}"\n'


def test_the_servers_of_the_configuration_are_pulled_from_whatever_one_of_them_does(
    command: Commands, database: Path, duplicati: Simulator, password: str
) -> None:
    fill(duplicati)
    file = database.with_name("duplistatus.toml")
    with Simulator() as away:
        away.always["/auth/login"] = Canned(429)
        file.write_text(
            table(away.url, password, "away")
            + table(duplicati.url, password, "nas")
            + table(duplicati.url, "/nowhere", "third")
        )
        finished = command("pull", "--config", str(file))
    assert finished.code == 1
    away_failed, third_failed = finished.err.splitlines()
    assert away_failed.startswith("duplistatus: away ")
    assert "/nowhere" in third_failed
    assert finished.out.startswith("nas: 1 backup, 3 runs recorded")


def test_check_config_shows_the_servers_and_what_is_believed(
    command: Commands, database: Path
) -> None:
    file = database.with_name("duplistatus.toml")
    pin, ca = "ab" * 32, "/etc/ca.pem"
    file.write_text(
        table("http://a:8200", "/p", "a")
        + table("https://b", "/p", "b")
        + table("https://c", "/p", "c")
        + f'fingerprint = "{pin}"\n'
        + table("https://d", "/p", "d")
        + f'ca_file = "{ca}"\n'
        + table("https://e", "/p", "e")
        + "insecure = true\n"
    )
    told = command.output("check-config", "--config", str(file)).splitlines()
    shown = [line for line in told if line.startswith("pull ")]
    assert [line.removesuffix(", password in /p") for line in shown] == [
        "pull 1: a at http://a:8200, without TLS",
        "pull 2: b at https://b, the CA certificates of the system are trusted",
        f"pull 3: c at https://c, the certificate {pin} is trusted",
        f"pull 4: d at https://d, the CA certificates of {ca} are trusted",
        "pull 5: e at https://e, any certificate is trusted",
    ]


@pytest.mark.parametrize("ruled_out", ["", "127.0.0.1"])
def test_the_proxy_of_the_environment_is_asked_unless_it_is_ruled_out(
    command: Commands,
    duplicati: Simulator,
    password: str,
    monkeypatch: pytest.MonkeyPatch,
    ruled_out: str,
) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with Simulator() as proxy:
        proxy.always["/auth/login"] = Canned(429)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", ruled_out)
        finished = command("pull", duplicati.url, "--password-file", password)
    assert finished.code == (0 if ruled_out else 1)
    assert bool(duplicati.requests) is bool(ruled_out)
