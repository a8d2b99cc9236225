"""The files that are kept in the repository."""

from pathlib import Path

from tests.deploy.files import DEPLOY
from tests.tools.manual.completion import completions
from tests.tools.manual.page import pages

MAN = DEPLOY / "man"
COMPLETION = DEPLOY / "completion"


def written() -> dict[Path, str]:
    """Return what each file has to hold."""
    return {
        **{MAN / name: text for name, text in pages().items()},
        **{COMPLETION / name: text for name, text in completions().items()},
    }


def left_over() -> set[Path]:
    """Return the files of commands that are gone."""
    return {*MAN.iterdir(), *COMPLETION.iterdir()} - set(written())
