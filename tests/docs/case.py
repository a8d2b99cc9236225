"""A request to the daemon, and what has to come back."""

from enum import Enum, auto
from typing import NamedTuple

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
JSON = "application/json"
YAML = "application/yaml"
HTML = "text/html; charset=utf-8"
SVG = "image/svg+xml"
FORM = "application/x-www-form-urlencoded"


class Fault(Enum):
    """What is wrong with the daemon that is asked."""

    NONE = auto()
    DATABASE = auto()
    BUG = auto()
    CLOSED = auto()
    """Nothing is wrong: every scope needs a token, and there is no room for another server."""
    GUESSED = auto()
    """Nothing is wrong, but somebody has tried many wrong tokens."""


class Case(NamedTuple):
    """A request to a path of the contract, and what has to come back."""

    path: str
    url: str
    status: int = 200
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    content_type: str = JSON
    fault: Fault = Fault.NONE

    @property
    def name(self) -> str:
        extra = [value for _, value in self.headers]
        return " ".join([self.method, self.url, str(self.status), self.fault.name, *extra])
