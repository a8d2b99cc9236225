"""The manual pages: current, without a fault to those who read them, and true."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from exporter.cli.main import make_parser
from tests.deploy.files import ROOT
from tests.tools.manual.commands import all_commands, root
from tests.tools.manual.files import MAN, left_over, written
from tests.tools.manual.told import EXAMPLES

PAGES = sorted(MAN.iterdir())
SECTIONS = (
    *("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"),
    *("EXIT STATUS", "ENVIRONMENT", "EXAMPLES", "SEE ALSO"),
)
WITHOUT_DATE = 'WARNING: missing date, using "": TH'
"""A date would change with each build, and say nothing about the page."""


def run(*command: str) -> str:
    """Return what a program prints; it must not fail or complain."""
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    assert finished.stderr == ""
    return finished.stdout


def shown(name: str) -> str:
    """Return a page as `man` shows it, without bold and underlined letters."""
    page = run("groff", "-ww", "-man", "-Tutf8", "-P-cbou", str(MAN / f"{name}.1"))
    return " ".join(page.split())


def test_the_files_are_current() -> None:
    stale = [
        path.relative_to(ROOT).as_posix()
        for path, text in written().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "write them: python -m tests.tools.manual"
    assert left_over() == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_each_section(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    titles = re.findall(r'^\.SH "(.*)"$', text, re.MULTILINE)
    assert [title for title in titles if title in SECTIONS] == list(SECTIONS)


@pytest.mark.not_quick
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_programs_find_no_fault_with_a_page(page: Path) -> None:
    run("groff", "-ww", "-man", "-Tutf8", "-z", str(page))
    run("man", "--warnings", "--local-file", str(page))
    lint = ("mandoc", "-T", "lint", "-W", "warning", str(page))
    told = subprocess.run(lint, check=False, stdout=subprocess.PIPE, text=True).stdout
    assert [line for line in told.splitlines() if WITHOUT_DATE not in line] == []


@pytest.mark.not_quick
def test_a_page_is_shown_as_the_parser_says() -> None:
    page = shown("duplistatus-job")
    assert "duplistatus job set [--config FILE] [--database DATABASE] [--schedule TEXT]" in page
    assert '"cron 0 3 * * 1-5 Europe/Berlin"' in page
    assert "--pause | --resume" in page


@pytest.mark.not_quick
def test_the_page_of_the_daemon_names_every_variable() -> None:
    page = shown("duplistatus-serve")
    assert "DUPLISTATUS_ADMIN_TOKEN_FILE" in page
    assert "DUPLISTATUS_TOLERANCE" in page


def test_the_first_page_leads_to_each_other() -> None:
    first = (MAN / "duplistatus.1").read_text(encoding="utf-8").replace("\\-", "-")
    names = {f"duplistatus-{each.words[0]}" for each in all_commands()}
    assert {name for name in names if f"\\fB{name}\\fR(1)" not in first} == set()
    assert {page.name for page in PAGES} == {f"{name}.1" for name in (*names, root().page)}


def test_each_page_has_examples_that_can_be_typed() -> None:
    assert EXAMPLES.keys() == {each.page for each in (root(), *all_commands())}
    for page, examples in EXAMPLES.items():
        for _, line in examples:
            program, *arguments = shlex.split(line)
            make_parser().parse_args(arguments)
            assert page in (program, f"{program}-{arguments[0]}")
