"""Durable uploads: distinct runs of 6 KB, against a bare app that commits the same rows."""

from collections.abc import Iterator

from tests.tools.bench import processes
from tests.tools.bench.figures import Figure
from tests.tools.bench.filling import Size
from tests.tools.bench.setting import FEW, MANY, Setting, stored

_BARE = "bare Falcon, the same rows in group commits"
_CONNECTIONS = (8, 64)
_LOST = 0.98
"""What a rate may overstate: the requests in flight when the time is up."""


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure with many runs stored, and with few."""
    for connections in _CONNECTIONS:
        what = f"uploads, {connections} connections"
        many = _ours(setting, MANY, connections)
        few = _ours(setting, FEW, connections)
        bare = _bare(setting, MANY, connections)
        yield Figure(what, _BARE, "≥ 0.6", "/s", many, bare)
        yield Figure(f"{what}, {MANY.runs:,} runs", f"{FEW.runs:,} runs", "≥ 0.9", "/s", many, few)


def _ours(setting: Setting, size: Size, connections: int) -> float:
    database = setting.copy(size)
    with processes.daemon(database) as served:
        answered = setting.load.upload(served.url, size.jobs, connections)
    new = stored(database) - size.runs
    if new < _LOST * answered.per_second * setting.load.seconds:
        message = f"only {new} runs were stored at {answered.per_second:.0f} uploads a second"
        raise RuntimeError(message)
    return answered.per_second


def _bare(setting: Setting, size: Size, connections: int) -> float:
    arguments = ("--upload", str(setting.copy(size)), "--jobs", str(size.jobs))
    with processes.floor(setting.floor_log, *arguments) as served:
        return setting.load.upload(served.url, size.jobs, connections).per_second
