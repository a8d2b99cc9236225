"""A monitoring system is told by the exit code, and never that nothing is fine."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.cli.main import make_parser
from exporter.times import HOUR, now
from tests.exporter.cli.conftest import Commands, Finished
from tests.support.duplicati.simulator import Simulator
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.receivers import Receiver, flood
from tests.support.reports_builder import duplicati_report

TOKEN = "a-token-that-may-read"


@pytest.fixture
def check(command: Commands, running: Daemon) -> "Check":
    return Check(command, running.url)


class Check:
    """Runs the command against a daemon."""

    def __init__(self, command: Commands, url: str) -> None:
        self._command = command
        self._url = url

    def __call__(self, *arguments: str) -> Finished:
        return self._command("check", "--url", self._url, *arguments)


def test_the_exit_code_is_the_state_of_what_is_asked_for(check: Check) -> None:
    all_of_it = check()
    assert (all_of_it.code, all_of_it.err) == (2, "")
    assert all_of_it.out.startswith("BACKUPS CRITICAL - 1 of 5 backups is overdue, 1 failed ")
    assert "critical: old, Documents: failing since " in all_of_it.out
    assert check("--server", "nas", "--backup", "Mail").out.startswith(
        "BACKUPS OK - The only backup is fine | jobs=1;;;0; "
    )
    assert check("--server", "nas", "--backup", "Mail").code == 0
    assert check("--server", "old").code == 2
    assert check("--warning", "overdue,failing,stale", "--critical", "").code == 1


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--server", "nobody"), "is there one server called nobody?"),
        (("--server", "twin"), "2 servers are called twin: give the id of one, 3, 4"),
        (("--server", "nas", "--backup", "All"), "No backup has this name"),
        (("--backup", ""), "No backup has this name"),
        (("--tag", "nothing"), "No server and no job has the tag nothing"),
    ],
)
def test_a_name_that_nothing_has_is_unknown(check: Check, asked: list[str], told: str) -> None:
    finished = check(*asked)
    assert (finished.code, finished.err) == (3, "")
    assert finished.out.startswith("BACKUPS UNKNOWN - ")
    assert told in finished.out


def test_checkmk_gets_its_own_line(check: Check) -> None:
    assert check("--format", "checkmk").out.startswith('2 "Backups" jobs=5|in_trouble=2|overdue=1|')
    assert check("--format", "checkmk", "--tag", "x").out.startswith('3 "Backups" - No server ')


def test_a_daemon_without_a_report_is_unknown(command: Commands, tmp_path: Path) -> None:
    with Daemon(tmp_path, *ANY_PORT) as daemon:
        finished = command("check", "--url", daemon.url)
    assert (finished.code, finished.out.partition("|")[0]) == (
        3,
        "BACKUPS UNKNOWN - No backup has reported yet ",
    )


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon with one fine backup that answers only with a token."""
    folder = tmp_path / "closed"
    folder.mkdir()
    with Daemon(folder, *ANY_PORT, variables={"DUPLISTATUS_READ_TOKENS": TOKEN}) as daemon:
        daemon.upload(duplicati_report(began=now() - HOUR))
        yield daemon


def test_the_token_is_read_from_a_file_or_the_configuration(
    command: Commands, closed: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("check", "--url", closed.url).code == 3
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    by_file = command("check", "--url", closed.url, "--token-file", str(path))
    monkeypatch.setenv("DUPLISTATUS_READ_TOKENS", TOKEN)
    by_variable = command("check", "--url", closed.url)
    assert by_file.out == by_variable.out
    assert "jobs=1;" in by_file.out
    missing = command("check", "--url", closed.url, "--token-file", str(tmp_path / "none"))
    assert (missing.code, "cannot be read: No such file" in missing.out) == (3, True)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a socket that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_who_does_not_answer_in_time_is_unknown(command: Commands, silent: str) -> None:
    finished = command("check", "--url", silent, "--timeout", "1s")
    assert finished.code == 3
    assert silent in finished.out


def test_an_answer_without_an_end_is_not_read_to_the_end(command: Commands) -> None:
    receiver = Receiver()
    receiver.answer = flood
    finished = command("check", "--url", f"http://127.0.0.1:{receiver.port}", "--timeout", "60s")
    receiver.close()
    assert (finished.code, "no daemon answers at" in finished.out) == (3, True)


def test_a_certificate_that_nobody_vouches_for_is_unknown(
    command: Commands, secure_duplicati: Simulator
) -> None:
    finished = command("check", "--url", secure_duplicati.url)
    assert (finished.code, "certificate verify failed" in finished.out) == (3, True)


def test_nobody_there_is_unknown(command: Commands, silent: str) -> None:
    assert command("check", "--url", silent.replace("127.0.0.1", "127.0.0.2")).code == 3


@pytest.mark.parametrize(
    "wrong",
    [
        ("--bogus",),
        ("--url", "ftp://nas"),
        ("--url", "nas:9666"),
        ("--warning", "overdu"),
        ("--critical", "OVERDUE"),
        ("--timeout", "soon"),
        ("--timeout", "0"),
        ("--format", "xml"),
        ("surplus",),
    ],
)
def test_a_wrong_call_is_unknown_too(command: Commands, wrong: tuple[str, ...]) -> None:
    finished = command("check", *wrong)
    assert (finished.code, finished.out) == (3, "")
    assert finished.err.startswith("duplistatus check: ")


def test_a_wrong_configuration_is_unknown(
    command: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUPLISTATUS_READ_TOKENS", "short")
    finished = command("check")
    assert (finished.code, "BACKUPS UNKNOWN - " in finished.out) == (3, True)


def test_a_number_without_a_unit_is_seconds() -> None:
    assert make_parser().parse_args(["check", "--timeout", "30"]).timeout == 30
