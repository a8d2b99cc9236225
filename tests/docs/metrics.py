"""The families that docs/metrics.md describes."""

from collections.abc import Iterable
from typing import NamedTuple

from tests.docs import pages
from tests.support import doc_hooks

PAGE = pages.read("docs/metrics.md")

_OF_A_JOB = ("server_id", "server", "backup")


class Row(NamedTuple):
    """A row of the tables of families; the fields are the columns in their order."""

    family: str
    type: str
    labels: str
    unit: str
    meaning: str
    absent: str

    @property
    def name(self) -> str:
        (name,) = pages.code(self.family)
        return name


ROWS = tuple(Row(*cells) for cells in doc_hooks.rows(PAGE, "families"))


class Described(NamedTuple):
    """What is said of a family."""

    type: str
    labels: frozenset[str]


def on_the_page() -> dict[str, Described]:
    """Return each family by its name."""
    return {row.name: Described(row.type, frozenset(_labels(row.labels))) for row in ROWS}


def _labels(cell: str) -> Iterable[str]:
    if cell == "none":
        return ()
    job, _, _ = cell.partition(",")
    return (*(_OF_A_JOB if job == "job" else ()), *pages.code(cell))
