"""GET /api/summary of ten thousand jobs and a million runs, against the very same bytes."""

import urllib.request
from collections.abc import Iterator

from tests.tools.bench import processes
from tests.tools.bench.figures import Figure
from tests.tools.bench.setting import MANY, Setting

_CONNECTIONS = (8, 64)


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure few and many connections."""
    with processes.daemon(setting.copy(MANY)) as served:
        address = f"{served.url}/api/summary"
        with urllib.request.urlopen(address, timeout=10) as answer:
            body = answer.read().decode()
        ours = [setting.load.get(address, number).per_second for number in _CONNECTIONS]
    with processes.floor(setting.floor_log, "--summary", body) as served:
        address = f"{served.url}/api/summary"
        bare = [setting.load.get(address, number).per_second for number in _CONNECTIONS]
    for number, mine, floors in zip(_CONNECTIONS, ours, bare, strict=True):
        what = f"GET /api/summary, {number} connections"
        yield Figure(what, "bare Falcon, the same bytes", "≥ 0.85", "/s", mine, floors)
