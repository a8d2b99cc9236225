"""What the app remembers of those who came: it outlives a change of the configuration."""

from collections.abc import Callable
from typing import NamedTuple, Self

from api.denials import Denials
from api.sessions import SignedIn
from api.throttle import Throttle
from exporter.times import Millis


class Remembered(NamedTuple):
    """Who was denied last, who tried to sign in or a password, and which sessions were ended."""

    denials: Denials
    sign_ins: Throttle
    passwords: Throttle
    signed_in: SignedIn

    @classmethod
    def nothing(cls, clock: Callable[[], Millis]) -> Self:
        """Return what is remembered at a start."""
        return cls(Denials(clock), Throttle(clock), Throttle(clock), SignedIn())
