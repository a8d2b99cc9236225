"""What programs ask for again and again of ten thousand jobs, against the very same bytes.

The answers are as they are while no report comes: nothing but the time changes.
"""

import json
import urllib.request
from collections.abc import Iterator
from typing import NamedTuple

from tests.tools.bench import processes
from tests.tools.bench.figures import Figure
from tests.tools.bench.load import Load
from tests.tools.bench.setting import MANY, Setting

PATHS = (
    "/api/summary",
    "/api/lastbackup/1",
    "/api/lastbackups/1",
    "/api/status",
    "/api/badge.svg",
)
_CONNECTIONS = (8, 64)


class _Asked(NamedTuple):
    """An address, and by how many connections at once."""

    path: str
    connections: int


_ALL = tuple(_Asked(path, number) for path in PATHS for number in _CONNECTIONS)


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure each with few and with many connections."""
    answers = setting.folder / "answers.json"
    with processes.daemon(setting.copy_of_last_night(MANY)) as served:
        told = {path: _answer(f"{served.url}{path}") for path in PATHS}
        answers.write_text(json.dumps(told), encoding="utf-8")
        ours = _rates(setting.load, served.url)
    with processes.floor(setting.floor_log, "--reads", str(answers)) as served:
        bare = _rates(setting.load, served.url)
    for asked in _ALL:
        what = f"GET {asked.path}, {asked.connections} connections"
        rates = ours[asked], bare[asked]
        yield Figure(what, "bare Falcon, the same bytes", "≥ 0.85", "/s", *rates)


def _rates(load: Load, url: str) -> dict[_Asked, float]:
    return {asked: load.get(f"{url}{asked.path}", asked.connections).per_second for asked in _ALL}


def _answer(address: str) -> tuple[str, str]:
    """Return the type of an answer and its body."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read().decode()
