from pathlib import Path

import pytest

from tests.exporter.cli.conftest import Commands, known
from tests.support.process import commands as installed

DANGEROUS = (
    ("server", "delete", "old"),
    ("server", "merge", "nas", "old", "3"),
    ("job", "delete", "3"),
)
ASKED = (
    "delete the server old with all its runs",
    "merge old, 3 into nas",
    "delete Documents of old with all its runs",
)


@pytest.mark.parametrize(("arguments", "asked"), list(zip(DANGEROUS, ASKED, strict=True)))
def test_without_a_terminal_nothing_is_deleted_unless_yes_is_said(
    command: Commands, database: Path, arguments: tuple[str, ...], asked: str
) -> None:
    before = known(database)
    told = command.refusal(*arguments)
    assert told == f"duplistatus: this would {asked}: give --yes to skip the confirmation"
    assert known(database) == before
    assert command.output(*arguments, "--yes") == ""
    assert known(database) != before


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "no\n", "yellow\n", "1\n"])
def test_at_a_terminal_anything_but_yes_leaves_all_as_it_is(
    command: Commands, database: Path, answer: str
) -> None:
    before = known(database)
    for arguments, asked in zip(DANGEROUS, ASKED, strict=True):
        finished = command(*arguments, typed=answer)
        assert finished.code == 1
        assert f"Really {asked}? This cannot be undone. [y/N]" in finished.out
    assert known(database) == before


@pytest.mark.parametrize("answer", ["y\n", " Yes \n"])
@pytest.mark.parametrize("arguments", DANGEROUS)
def test_at_a_terminal_yes_is_enough(
    command: Commands, database: Path, arguments: tuple[str, ...], answer: str
) -> None:
    before = known(database)
    finished = command(*arguments, typed=answer)
    assert (finished.code, finished.err) == (0, "")
    assert known(database) != before


@pytest.mark.parametrize("arguments", DANGEROUS)
def test_yes_is_not_asked_again_at_a_terminal(
    command: Commands, database: Path, arguments: tuple[str, ...]
) -> None:
    before = known(database)
    finished = command(*arguments, "--yes", typed="n\n")
    assert (finished.code, finished.out) == (0, "")
    assert known(database) != before


@pytest.mark.usefixtures("database")
def test_changes_that_can_be_undone_are_not_asked_about(command: Commands) -> None:
    command.output("server", "set", "nas", "--note", "x")
    command.output("job", "set", "1", "--schedule", "off")


def test_the_installed_command_refuses_in_one_line_too(database: Path) -> None:
    finished = installed.run("server", "delete", "old", "--database", str(database))
    assert "give --yes" in installed.refusal(finished)
