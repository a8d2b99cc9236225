"""The result of reducing a large body."""

from typing import NamedTuple


class Reduced(NamedTuple):
    """A body that reads as the large one did, and how many lines of its log are not in it."""

    body: bytes
    lines_left_out: int = 0
