"""What strangers do, how often, and what they may be answered."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import NamedTuple

from tests.tools.soak.strangers import bodies, held, wire
from tests.tools.soak.strangers.crew import Crew
from tests.tools.soak.strangers.lives import Lives

Attack = Callable[[int, random.Random], int | None]
"""Done to a port; returns the status of the answer, None where there was none."""

_REFUSED = frozenset((400, 413, 415, 422, 429, 503))
"""What a body may be answered that is useless, or for which there is no room."""

_TAKEN = _REFUSED | {200, 202}
"""Some bombs are reports, as far as anybody reads them."""


class Stranger(NamedTuple):
    """Somebody who does one thing again and again."""

    name: str
    every: float
    """Seconds, in the middle."""
    attack: Attack
    right: frozenset[int] = frozenset()
    is_answered: bool = False
    """Whether there must be an answer, unless the daemon stops or starts meanwhile."""

    def may_be_answered(self, answer: int | None, *, stays: bool) -> bool:
        """Tell whether an answer is right from a daemon that stays meanwhile, or does not."""
        if answer is None:
            return not (self.is_answered and stays)
        return answer in self.right


class Tally:
    """What became of everything that strangers did; threads may write into it."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._answers: dict[str, Counter[str]] = {}

    def note(self, name: str, answer: int | None) -> None:
        """Count an answer."""
        text = "none" if answer is None else str(answer)
        self._answers.setdefault(name, Counter())[text] += 1

    def lines(self) -> Iterator[str]:
        """Tell how often everything was done, and how it was answered."""
        for name, answers in sorted(self._answers.items()):
            counted = ", ".join(f"{answer}: {times:,}" for answer, times in sorted(answers.items()))
            yield f"{name:16} {answers.total():7,} times; answers {counted}"


def hire(crew: Crew, lives: Lives, halves: held.Halves, tally: Tally) -> None:
    """Let all strangers come."""
    for stranger in strangers(halves):
        work = _work(stranger, lives, tally)
        crew.hire(stranger.name, stranger.every, work)


def _work(stranger: Stranger, lives: Lives, tally: Tally) -> Callable[[random.Random], None]:
    def work(chance: random.Random) -> None:
        steady = lives.steady_since
        try:
            answer = stranger.attack(lives.port, chance)
        except OSError:  # cut off, by a refusal or a restart
            answer = None
        tally.note(stranger.name, answer)
        stays = steady is not None and steady == lives.steady_since
        if not stranger.may_be_answered(answer, stays=stays):
            tally.faults.append(f"{stranger.name} in life {lives.number} was answered {answer}")

    return work


def strangers(halves: held.Halves) -> tuple[Stranger, ...]:
    """Return all of them."""
    large = frozenset((HTTPStatus.REQUEST_ENTITY_TOO_LARGE,))
    return (
        Stranger("half", 0.5, halves.send),
        Stranger("broken off", 1.0, bodies.break_off),
        Stranger("bomb", 20.0, bodies.bomb, _TAKEN, is_answered=True),
        Stranger("too large", 15.0, bodies.send_too_large, large, is_answered=True),
        Stranger("invented", 1.0, bodies.invent, _TAKEN, is_answered=True),
        Stranger("endless framing", 2.0, bodies.frame_without_end, frozenset((400,))),
        Stranger("flood", 20.0, held.flood),
        *(
            Stranger(name, 2.0, _sends(sent), frozenset((answer,)), is_answered=True)
            for name, sent, answer in _ODD
        ),
    )


def _sends(sent: bytes) -> Attack:
    return lambda port, _: wire.exchange(port, sent)


_FROM_A_PAGE = ("Sec-Fetch-Site: cross-site", "Origin: http://elsewhere.example")
_GET = "GET / HTTP/1.1"
_ODD: tuple[tuple[str, bytes, int], ...] = (
    ("no address", b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("two hosts", wire.head("Host: other.example", request=_GET), 400),
    ("no host", f"{_GET}\r\n\r\n".encode(), 400),
    ("other site", wire.post(b"{}", *_FROM_A_PAGE), 403),
    ("asks before", wire.head("Content-Length: 999999999999", "Expect: 100-continue"), 413),
    ("no HTTP", b"GARBAGE\r\n\r\n", 400),
)
