"""The families that docs/metrics.md describes."""

from collections.abc import Iterable
from typing import NamedTuple

from tests.docs import pages

PAGE = pages.read("docs/metrics.md")

_OF_A_JOB = ("server_id", "server", "backup")


class Described(NamedTuple):
    """What is said of a family."""

    type: str
    labels: frozenset[str]


def on_the_page() -> dict[str, Described]:
    """Return each family by its name."""
    return {
        pages.code(row["name"])[0]: Described(row["type"], frozenset(_labels(row["labels"])))
        for row in pages.rows(PAGE, "name")
    }


def _labels(cell: str) -> Iterable[str]:
    if cell == "none":
        return ()
    job, _, _ = cell.partition(",")
    return (*(_OF_A_JOB if job == "job" else ()), *pages.code(cell))
