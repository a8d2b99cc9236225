"""How long the slowest of a hundred uploads takes while scrapes go on, and the other way round."""

import statistics
from collections.abc import Iterator, Sequence

from tests.tools.bench import processes
from tests.tools.bench.client import GZIP, Client, scraping
from tests.tools.bench.figures import Figure
from tests.tools.bench.setting import MANY, Setting

_CONNECTIONS = 8
_QUIET_SCRAPES = 200


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure each with and without the other."""
    with processes.daemon(setting.copy(MANY)) as served:
        quiet = setting.load.upload(served.url, MANY.jobs, _CONNECTIONS).p99
    with processes.daemon(setting.copy(MANY)) as served:
        client = Client(served.url)
        alone = [client.scrape(GZIP) for _ in range(_QUIET_SCRAPES)]
        with scraping(served.url) as took:
            busy = setting.load.upload(served.url, MANY.jobs, _CONNECTIONS).p99
    yield Figure("p99 of uploads, scrapes all the time", "no scrapes", "≤ 2", "ms", busy, quiet)
    what = "p99 of scrapes, uploads all the time"
    yield Figure(what, "no uploads", "≤ 4", "ms", _p99(took), _p99(alone[1:]))


def _p99(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100)[-1] if len(times) > 1 else times[0]
