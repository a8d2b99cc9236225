"""What a report costs in memory, whatever it holds: 64 MiB and three times its size."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.exporter.reports.large.bombs import BOMBS

pytestmark = pytest.mark.not_quick

ROOT = Path(__file__).parents[4]
MEBIBYTE = 1024 * 1024
WITHOUT_ANY = 47 * MEBIBYTE
"""What the whole daemon takes at rest, so that all of it stays below the bound, too."""


def read(*arguments: str) -> tuple[int, int]:
    """Return the size of a body, and by how much reading it made a process larger."""
    command = [sys.executable, "-m", "tests.exporter.reports.large.peak", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    size, grown = map(int, done.stdout.split())
    return size, grown


@pytest.mark.parametrize("name", BOMBS)
def test_a_report_takes_no_more_memory_than_is_promised(name: str) -> None:
    size, grown = read(name)

    assert grown + size <= 64 * MEBIBYTE + 3 * size - WITHOUT_ANY


def test_threads_that_read_one_after_the_other_keep_no_memory_each() -> None:
    _, once = read("results", "1")
    _, often = read("results", "12")

    assert often < once + 16 * MEBIBYTE
