"""Scrapes of ten thousand jobs, with nothing changed and with a hundred jobs changed."""

import statistics
from collections.abc import Iterator
from itertools import count

from tests.tools.bench import processes
from tests.tools.bench.client import GZIP, PLAIN, Client
from tests.tools.bench.figures import Figure
from tests.tools.bench.reports import POSTED_SINCE, Place
from tests.tools.bench.setting import MANY, Setting

_FLOOR = "bare waitress, the same bytes"
_UNCHANGED = 30
_CHANGED = 10
_JOBS_CHANGED = 100
_AIMS = {
    (PLAIN, "nothing"): "≤ 1.3",
    (PLAIN, "100 jobs"): "≤ 1.3",
    (GZIP, "nothing"): "≤ 1.3",
    (GZIP, "100 jobs"): "≤ 4",
}


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure whole scrapes, to their last byte, each in turn on one connection."""
    ours: dict[tuple[str, str], float] = {}
    with processes.daemon(setting.copy(MANY)) as served:
        client, numbers = Client(served.url), count()
        for coding in (PLAIN, GZIP):
            client.scrape(coding)
            ours["nothing", coding] = _median(client, coding, _UNCHANGED)
            ours["100 jobs", coding] = statistics.median(
                _after_reports(client, coding, numbers) for _ in range(_CHANGED)
            )
        bodies = {coding: client.body(coding) for coding in (PLAIN, GZIP)}
    floors = {coding: _bare(setting, body) for coding, body in bodies.items()}
    for (coding, changed), aim in _AIMS.items():
        what = f"scrape, {coding}, {changed} changed"
        yield Figure(what, _FLOOR, aim, "ms", ours[changed, coding], floors[coding])


def _bare(setting: Setting, body: bytes) -> float:
    file = setting.folder / "body"
    file.write_bytes(body)
    with processes.floor(setting.floor_log, "--scrape", str(file)) as served:
        client = Client(served.url)
        client.scrape(PLAIN)
        return _median(client, PLAIN, _UNCHANGED)


def _median(client: Client, coding: str, times: int) -> float:
    return statistics.median(client.scrape(coding) for _ in range(times))


def _after_reports(client: Client, coding: str, numbers: Iterator[int]) -> float:
    """Scrape after reports of jobs from all over the fleet."""
    for job in range(0, MANY.jobs, MANY.jobs // _JOBS_CHANGED):
        day = next(numbers) // _JOBS_CHANGED
        client.upload(Place(day * MANY.jobs + job, MANY.jobs, POSTED_SINCE))
    return client.scrape(coding)
