"""How a daemon gets on with a database that several share."""

from typing import NamedTuple


class SharingFigures(NamedTuple):
    """How a daemon gets on with a store that it shares; counts are since its start."""

    reachable: bool
    held: int
    daemons: int
    questions: int
    question_seconds: float
    histories_lost: int
    recorded_again: int
