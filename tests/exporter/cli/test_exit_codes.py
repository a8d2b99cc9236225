"""Every exit code that the table in docs/cli.md tells of, and how a command comes to it."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.cli import main
from tests.deploy.files import ROOT
from tests.exporter.cli.conftest import Commands, Terminal
from tests.support import doc_hooks
from tests.support.process.commands import BOUND_SECONDS, environment, program
from tests.tools.manual.exits import CODES

PRINTING = ("check-config", "jobs", "servers --json", "digest", "export runs")


def documented() -> set[int]:
    """Return the codes of the table."""
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    return {int(code) for code, _ in doc_hooks.rows(page, "exit-codes")}


def cut_off(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command whose output nobody reads, and which is buffered, as it is for people."""
    reading, writing = os.pipe()
    os.close(reading)
    with contextlib.closing(os.fdopen(writing, "wb")) as nobody:
        return subprocess.run(
            [program(), *arguments],
            env=environment({"PYTHONUNBUFFERED": ""}),
            stdout=nobody,
            stderr=subprocess.PIPE,
            timeout=BOUND_SECONDS,
            check=False,
        )


def test_the_page_and_the_manual_tell_of_the_same() -> None:
    assert documented() == set(CODES) == {0, 1, 2, 3, 130, 141}


@pytest.mark.usefixtures("database")
def test_what_is_done_ends_with_0(command: Commands) -> None:
    assert command("jobs").code == 0


@pytest.mark.usefixtures("database")
def test_what_is_not_confirmed_ends_with_1(command: Commands) -> None:
    assert command("job", "delete", "1", typed="n\n").code == 1


@pytest.mark.parametrize("arguments", [("jobs", "--colour"), ("jobs", "--database", "gone.sqlite")])
def test_what_cannot_be_done_ends_with_2(
    command: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(*arguments).code == 2


def test_what_is_not_known_ends_with_3(command: Commands) -> None:
    assert command("check", "--bogus").code == 3


class Impatient(Terminal):
    """A person who presses Ctrl-C instead of an answer."""

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override] # as StringIO
        signal.raise_signal(signal.SIGINT)
        return ""


@pytest.mark.usefixtures("database", "root_log")
def test_what_ctrl_c_ends_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Impatient())
    assert main(["job", "delete", "1"]) == 130


@pytest.mark.parametrize(
    "typed", ["check-config", "jobs", "servers --json", "digest", "export runs"]
)
def test_what_nobody_reads_any_more_ends_quietly_with_141(database: Path, typed: str) -> None:
    finished = cut_off(*typed.split(), "--database", str(database))
    assert (finished.returncode, finished.stderr) == (141, b"")


@pytest.mark.parametrize("typed", ["--help", "serve --help", "--version"])
def test_a_help_that_nobody_reads_ends_quietly_with_141(typed: str) -> None:
    finished = cut_off(*typed.split())
    assert (finished.returncode, finished.stderr) == (141, b"")
