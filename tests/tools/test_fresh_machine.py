"""The tool reads its arguments, sees what a command did, and takes along only what is needed."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.bare_system import NotMadeError, Process, finish
from tests.support.process.commands import program
from tests.tools import machine_settings, readme_commands
from tests.tools.fresh_machine import SUPPORTED, Outcome, asked
from tests.tools.machine import Machine
from tests.tools.readme_commands import FailedError


@contextlib.contextmanager
def said(script: str) -> Iterator[Process]:
    """Run a script here, in a shell of its own as a machine's command is."""
    words = ["bash", "-c", f"{script}\nexit $?"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            yield process
        finally:
            process.kill()


class Here(Machine):
    """Runs a script instead of the given command."""

    def __init__(self, folder: Path, script: str) -> None:
        super().__init__(folder)
        self._script = script

    def running(self, *words: str, folder: str = "/") -> contextlib.AbstractContextManager[Process]:
        options = " ".join(words[1:])
        return said(f"cd {self._root}; {self._script.format(options=options, folder=folder)}")


@pytest.mark.parametrize(
    ("words", "systems", "arguments"),
    [
        ([], [*SUPPORTED], []),
        (["debian13"], ["debian13"], []),
        (["debian13", "testing"], ["debian13", "testing"], []),
        (["--", "-x"], [*SUPPORTED], ["-x"]),
        (
            ["debian12", "--", "tests/exporter/cli", "--", "-x"],
            ["debian12"],
            ["tests/exporter/cli", "--", "-x"],
        ),
    ],
)
def test_systems_come_first_and_the_rest_is_for_pytest(
    words: list[str], systems: list[str], arguments: list[str]
) -> None:
    assert asked(words) == (systems, arguments)


@pytest.mark.parametrize("words", [["debian11"], ["debian12", "-x"]])
def test_an_unknown_system_is_refused_with_those_there_are(words: list[str]) -> None:
    with pytest.raises(SystemExit, match=f"unknown: {words[-1]}.*debian12 debian13"):
        asked(words)


def test_an_outcome_is_a_line() -> None:
    assert Outcome("debian13", ["one passed", "two FAILED"], passed=False).line == (
        "debian13: one passed; two FAILED"
    )


def test_a_start_that_works_is_seen_by_its_report(tmp_path: Path) -> None:
    here = Here(tmp_path, f"{program()} serve {{options}}")
    assert "counted" in readme_commands.start(here, [])


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo no room; exit 3", "it ended with 3 before it listened"),
        ("true", "it ended with 0 before it listened"),
    ],
)
def test_a_start_that_does_not_work_is_reported(tmp_path: Path, script: str, reason: str) -> None:
    with pytest.raises(FailedError, match=reason):
        readme_commands.start(Here(tmp_path, script), [])


def test_a_daemon_that_listens_and_answers_nothing_is_no_start(tmp_path: Path) -> None:
    here = Here(tmp_path, "echo listening; exec sleep 20")
    with pytest.raises(subprocess.CalledProcessError):
        readme_commands.start(here, [])


LAST = "==== 6700 passed in 188.91s (0:03:08) ===="


def test_tests_that_pass_are_reported_by_their_own_last_line(tmp_path: Path) -> None:
    here = Here(tmp_path, f"echo 3 passed of many; echo '{LAST}'")
    assert readme_commands.test(here, []) == "6700 passed in 188.91s (0:03:08)"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo '= 1 failed, 6 passed in 1.9s ='; exit 1", "1 failed, 6 passed in 1.9s; it"),
        (f"echo '{LAST}'; exit 5", "it ended with 5"),
        ("echo ruff is not pleased; exit 1", "no test was run"),
        ("true", "no test was run"),
    ],
)
def test_tests_that_fail_or_are_missing_are_reported(
    tmp_path: Path, script: str, reason: str
) -> None:
    with pytest.raises(FailedError, match=reason):
        readme_commands.test(Here(tmp_path, script), [])


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo I: going; echo E: no such file >&2; echo I: going on; exit 1", "E: no such file"),
        ("echo not permitted; exit 1", "not permitted"),
        ("exit 1", "it says nothing"),
    ],
)
def test_why_a_system_cannot_be_made_is_reported_in_a_line(script: str, reason: str) -> None:
    with pytest.raises(NotMadeError) as raised:
        finish(said(script))
    assert str(raised.value) == reason


def test_of_apts_settings_those_go_along_that_lead_to_the_packages() -> None:
    kept = (
        'Acquire::Check-Date "false";\n'
        'Acquire::Retries "3";\n'
        'Acquire::http::Proxy "http://127.0.0.1:3142";\n'
        'Acquire::https::Verify-Peer "true";\n'
    )
    settings = f'Acquire "";\n{kept}Acquire::cdrom::mount "/media/cdrom/";\nDir::Cache "/var";\n'
    assert machine_settings.apt(settings) == kept


def test_of_pips_settings_too_and_no_folder_of_this_machine() -> None:
    settings = (
        ":env:.cert='/etc/own.crt'\n:env:.default-timeout='180'\nglobal.constraint='/etc/own.txt'\n"
        "global.extra-index-url='file:///srv/own http://127.0.0.1/simple'\nglobal.find-links='/own'\n"
        "global.index-url='file:///srv/all'\ninstall.proxy='http://127.0.0.1:3128'\n"
    )
    assert machine_settings.pip(settings).splitlines() == [
        "[global]",
        "default-timeout = 180",
        "extra-index-url = http://127.0.0.1/simple",
        "proxy = http://127.0.0.1:3128",
    ]


def test_of_npms_settings_those_that_are_set() -> None:
    settings = {"registry": "http://127.0.0.1/", "proxy": "null", "noproxy": "", "https-proxy": "x"}
    assert machine_settings.npm(settings) == "registry=http://127.0.0.1/\nhttps-proxy=x\n"


def test_what_is_laid_into_a_system_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    for name in ("etc/apt/apt.conf.d", "root"):
        (tmp_path / name).mkdir(parents=True)
    machine_settings.lay_into(tmp_path)
    assert (tmp_path / "etc" / "pip.conf").read_text().startswith("[global]")
    assert "https_proxy=http://127.0.0.1:3128" in machine_settings.variables()


def test_the_command_itself_refuses_what_it_does_not_know() -> None:
    tool = Path(__file__).with_name("fresh_machine")
    done = subprocess.run([tool, "beos"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("unknown: beos. Usage: fresh_machine [debian12 ")
