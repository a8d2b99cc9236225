"""duplistatus connect, with simulated servers of Duplicati."""

import tomllib
from pathlib import Path

import pytest

from exporter.reports.sender_options import PROGRESS, REPORTS
from exporter.times import DAY, HOUR, format_timestamp, now
from tests.exporter.cli.conftest import Commands
from tests.support.duplicati.simulator import PASSWORD, Canned, Simulator

ADDRESS = "http://monitor:9666"
UPLOAD = f"{ADDRESS}/api/upload"
RETRYING = {"--send-http-retries": "10", "--send-http-retry-delay": "30s"}
LIVE = {PROGRESS: f"{ADDRESS}/api/activity", "--http-report-status-interval": "30s"}
CONNECTED = {REPORTS: UPLOAD, **RETRYING, **LIVE}


@pytest.fixture
def password(tmp_path: Path) -> str:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    return str(file)


@pytest.fixture
def nas(duplicati: Simulator) -> Simulator:
    """A server of the newest version."""
    duplicati.info["ServerVersionName"] = "- 2.4.0.0_stable_2026-09-01"
    return duplicati


@pytest.fixture
def asked(nas: Simulator, password: str) -> tuple[str, ...]:
    """The command, but for what it is to do."""
    return (
        *("connect", nas.url, "--password-file", password),
        *("--name", "nas", "--address", ADDRESS),
    )


def options_of(simulator: Simulator) -> dict[str, object]:
    return {name: value for name, value in simulator.settings.items() if name.startswith("--")}


def test_every_backup_of_a_server_reports_here_afterwards(
    command: Commands, nas: Simulator, asked: tuple[str, ...]
) -> None:
    nas.settings[REPORTS] = "https://hc.example/1"
    told = command.output(*asked, "--yes")
    assert told.splitlines() == [
        "nas: attic-nas, Duplicati 2.4.0.0",
        f"  {REPORTS}: https://hc.example/1 -> https://hc.example/1;{UPLOAD}",
        f"  {PROGRESS}: (not set) -> {ADDRESS}/api/activity",
        "  --send-http-retries: (not set) -> 10",
        "  --send-http-retry-delay: (not set) -> 30s",
        "  --http-report-status-interval: (not set) -> 30s",
        "connected: no backup is planned; run one, and its report comes",
    ]
    assert options_of(nas) == CONNECTED | {REPORTS: f"https://hc.example/1;{UPLOAD}"}


def test_it_is_done_once(command: Commands, nas: Simulator, asked: tuple[str, ...]) -> None:
    command.output(*asked, "--yes")
    assert "nothing has to change" in command.output(*asked, "--yes")
    assert len(nas.patched) == 1


@pytest.mark.parametrize(
    ("version", "options"),
    [
        ("2.1.0.5", {REPORTS: UPLOAD}),
        ("2.2.0.0", {REPORTS: UPLOAD, **RETRYING}),
        ("2.3.0.107", CONNECTED),
        ("of the future", {REPORTS: UPLOAD}),
    ],
)
def test_no_version_gets_an_option_that_it_does_not_know(
    command: Commands,
    nas: Simulator,
    asked: tuple[str, ...],
    version: str,
    options: dict[str, str],
) -> None:
    nas.info["ServerVersionName"] = f"- {version}_stable"
    command.output(*asked, "--yes")
    assert options_of(nas) == options


def test_undoing_leaves_what_was_there_before(
    command: Commands, nas: Simulator, asked: tuple[str, ...]
) -> None:
    before = nas.settings | {REPORTS: "https://hc.example/1", "--send-http-retries": "3"}
    nas.settings = dict(before)
    command.output(*asked, "--yes")
    assert nas.settings != before
    command.output(*asked, "--undo", "--yes")
    assert nas.settings == before


def test_undoing_needs_no_token(
    command: Commands, nas: Simulator, asked: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUPLISTATUS_UPLOAD_TOKENS", f"sha256:{'ab' * 32}")
    nas.settings[REPORTS] = f"https://hc.example/1;{UPLOAD}?token=a-token-of-every-server"
    told = command.output(*asked, "--undo", "--yes")
    assert options_of(nas) == {REPORTS: "https://hc.example/1"}
    assert "a-token-of-every-server" not in told


@pytest.mark.parametrize("way", [(), ("--undo",)], ids=["connect", "undo"])
def test_an_address_of_a_person_that_leads_here_stays_and_is_told(
    command: Commands, nas: Simulator, asked: tuple[str, ...], way: tuple[str, ...]
) -> None:
    nas.settings |= LIVE | {REPORTS: f"{UPLOAD}?server=attic"}
    told = command.output(*asked, *way, "--yes").splitlines()
    hint = f"  {REPORTS} leads here already, by {UPLOAD}?server=attic: it stays as it is"
    assert told[1] == hint
    assert options_of(nas)[REPORTS] == f"{UPLOAD}?server=attic"


def test_a_trial_changes_nothing(command: Commands, nas: Simulator, asked: tuple[str, ...]) -> None:
    told = command.output(*asked, "--dry-run")
    assert f"{REPORTS}: (not set) -> {UPLOAD}" in told
    assert "connected" not in told
    assert not nas.patched


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_a_person_is_asked_first(
    command: Commands, nas: Simulator, asked: tuple[str, ...], answer: str, code: int
) -> None:
    finished = command(*asked, typed=answer)
    assert finished.code == code
    assert "Change these default options? [y/N]" in finished.out
    assert bool(nas.patched) is (code == 0)


def test_a_script_has_to_say_yes(command: Commands, nas: Simulator, asked: tuple[str, ...]) -> None:
    finished = command(*asked)
    assert (finished.code, "give --yes" in finished.err) == (2, True)
    assert not nas.patched


def test_what_overrides_it_is_told(
    command: Commands, nas: Simulator, asked: tuple[str, ...]
) -> None:
    nas.set_option("2", "send-http-json-urls", "https://hc.example/2")
    nas.settings |= {"--send-http-retries": "1", "--send-http-level": "Error"}
    told = command.output(*asked, "--yes").splitlines()
    assert f'  "Photos to S3" sets {REPORTS} itself: add ;{UPLOAD} to it' in told
    assert "  --send-http-retries=1 stays; with 10 no report is lost" in told
    assert any(line.startswith("  the server sets --send-http-level=Error") for line in told)
    assert nas.entry("2")["Backup"]["Settings"][0]["Value"] == "https://hc.example/2"


def test_the_next_report_is_told(command: Commands, nas: Simulator, asked: tuple[str, ...]) -> None:
    at = (now() // HOUR + 5) * HOUR
    for name, start in (("Later", at + DAY), ("Documents", at), ("Past", at - DAY)):
        schedule = {"Time": format_timestamp(start), "Repeat": "1D"}
        nas.add_backup(name, name, schedule=schedule)
    last = command.output(*asked, "--yes").splitlines()[-1]
    assert last.startswith('connected: the next report comes from "Documents" at ')


def test_the_next_report_is_the_one_that_the_scheduler_proposes(
    command: Commands, nas: Simulator, asked: tuple[str, ...]
) -> None:
    """A schedule that was set on a day that it leaves out has a start that lies in the past."""
    at = (now() // HOUR + 5) * HOUR
    schedule = {"Time": format_timestamp(at - DAY), "Repeat": "1D"}
    nas.add_backup("Weekdays", "Weekdays", schedule=schedule)
    nas.state["ProposedSchedule"] = [{"Item1": "Weekdays", "Item2": format_timestamp(at)}]
    last = command.output(*asked, "--yes").splitlines()[-1]
    assert last.startswith('connected: the next report comes from "Weekdays" at ')


def test_the_next_report_is_of_a_backup_whose_reports_come_here(
    command: Commands, nas: Simulator, asked: tuple[str, ...]
) -> None:
    at = (now() // HOUR + 5) * HOUR
    schedule = {"Time": format_timestamp(at), "Repeat": "1D"}
    nas.add_backup("3", "Elsewhere", schedule=schedule)
    nas.set_option("3", "send-http-json-urls", "https://hc.example/2")
    nas.add_backup("4", "Mirror", schedule=schedule, operation="Sync")
    told = command.output(*asked, "--yes")
    assert '  "Mirror" is a Sync, which is not reported' in told
    assert "connected: but none of the planned backups reports" in told
    nas.add_backup("5", "Documents", schedule=schedule | {"Time": format_timestamp(at + HOUR)})
    last = command.output(*asked, "--yes").splitlines()[-1]
    assert last.startswith('connected: the next report comes from "Documents" at ')


def test_a_token_is_sent_and_not_shown(
    command: Commands, nas: Simulator, asked: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUPLISTATUS_UPLOAD_TOKENS", "a-token-of-every-server")
    told = command.output(*asked, "--yes")
    assert nas.settings[REPORTS] == f"{UPLOAD}?token=a-token-of-every-server"
    assert "a-token-of-every-server" not in told
    assert f"{UPLOAD}?token=(token)" in told


def test_a_server_that_keeps_nothing_is_told(
    command: Commands, nas: Simulator, asked: tuple[str, ...]
) -> None:
    nas.after["/serversettings"] = lambda: nas.settings.pop(REPORTS, None)
    finished = command(*asked, "--yes")
    assert finished.code == 1
    assert f"did not keep {REPORTS}" in finished.err
    assert "connected" not in finished.out


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_server_that_refuses_is_told(
    command: Commands, nas: Simulator, asked: tuple[str, ...], status: int
) -> None:
    nas.always["/serversettings"] = Canned(status)
    finished = command(*asked, "--yes")
    assert (finished.code, "connected" in finished.out) == (1, False)
    assert finished.err.startswith("duplistatus: nas ")


@pytest.mark.parametrize(
    "arguments", [(), ("https://nas:8200", "--all"), ("--all",)], ids=["none", "both", "no table"]
)
def test_a_server_has_to_be_named(command: Commands, arguments: tuple[str, ...]) -> None:
    finished = command("connect", *arguments)
    assert finished.code == 2
    assert "give" in finished.err


def test_the_servers_of_the_configuration_are_connected_whatever_one_of_them_does(
    command: Commands, database: Path, nas: Simulator, password: str
) -> None:
    file = database.with_name("duplistatus.toml")
    tables = (("http://127.0.0.1:9", "away"), (nas.url, "nas"))
    file.write_text(
        "".join(
            f'[[pull]]\nurl = "{url}"\npassword_file = "{password}"\nname = "{name}"\n'
            for url, name in tables
        )
    )
    nas.always["/auth/login"] = Canned(429)
    finished = command("connect", "--all", "--yes", "--address", ADDRESS, "--config", str(file))
    del nas.always["/auth/login"]
    assert (finished.code, len(finished.err.splitlines())) == (1, 2)
    finished = command("connect", "--all", "--yes", "--address", ADDRESS, "--config", str(file))
    assert (finished.code, options_of(nas)) == (1, CONNECTED)


def test_a_table_without_a_token_does_not_keep_the_others_from_theirs(
    command: Commands, database: Path, nas: Simulator, password: str
) -> None:
    file = database.with_name("duplistatus.toml")
    with Simulator() as desk:
        desk.info["MachineName"] = "desk"
        file.write_text(
            'upload_tokens = ["a-token-of-the-nas-only attic-nas"]\n'
            + "".join(
                f'[[pull]]\nurl = "{url}"\npassword_file = "{password}"\n'
                for url in (desk.url, nas.url)
            )
        )
        finished = command("connect", "--all", "--yes", "--address", ADDRESS, "--config", str(file))
    assert finished.code == 1
    assert "no upload token for desk can be sent" in finished.err
    assert nas.settings[REPORTS] == f"{UPLOAD}?token=a-token-of-the-nas-only"
    assert not desk.patched


def test_a_wrong_address_is_told_once_for_all_tables(
    command: Commands, database: Path, nas: Simulator, password: str
) -> None:
    file = database.with_name("duplistatus.toml")
    file.write_text(f'[[pull]]\nurl = "{nas.url}"\npassword_file = "{password}"\n')
    finished = command("connect", "--all", "--yes", "--address", "monitor", "--config", str(file))
    assert (finished.code, "--address" in finished.err) == (2, True)


def test_a_table_is_written_on_request(
    command: Commands, database: Path, nas: Simulator, asked: tuple[str, ...], password: str
) -> None:
    file = database.with_name("duplistatus.toml")
    file.write_text('public_url = "http://monitor:9666"\n')
    wanted = (*asked, "--yes", "--write-pull", "--config", str(file))
    assert "run duplistatus reload" in command.output(*wanted)
    assert "one for this server already" in command.output(*wanted)
    (table,) = tomllib.loads(file.read_text())["pull"]
    assert table == {"url": nas.url, "name": "nas", "password_file": password}


def test_a_table_needs_a_file_to_be_written_to_and_a_server_that_is_connected(
    command: Commands, nas: Simulator, asked: tuple[str, ...]
) -> None:
    for undo, said in (((), "no configuration file"), (("--undo",), "not allowed with")):
        finished = command(*asked, "--yes", "--write-pull", *undo)
        assert (finished.code, said in finished.err) == (2, True)
    assert not nas.requests
