"""Memory and start."""

from collections.abc import Iterator
from pathlib import Path

from tests.tools.bench import processes
from tests.tools.bench.client import GZIP, PLAIN, Client
from tests.tools.bench.figures import Figure
from tests.tools.bench.setting import MANY, Setting

_IDLE_MEGABYTES = 60
_FULL_MEGABYTES = 250
_READY_SECONDS = 1


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure an empty daemon, and one of ten thousand jobs that was scraped and sent reports."""
    empty = setting.folder / "empty.sqlite"
    _remove(empty)
    with processes.daemon(empty) as served:
        Client(served.url).scrape(PLAIN)
        idle = served.resident_megabytes()
    yield Figure("resident memory, idle", "the aim", "≤ 1", "MB", idle, _IDLE_MEGABYTES)
    with processes.daemon(setting.copy(MANY)) as served:
        ready = served.start_seconds
        client = Client(served.url)
        for coding in (PLAIN, GZIP, PLAIN, GZIP):
            client.scrape(coding)
        full = served.resident_megabytes()
    yield Figure("start, 1,000,000 runs", "the aim", "≤ 1", "s", ready, _READY_SECONDS)
    yield Figure("resident memory, 10,000 jobs", "the aim", "≤ 1", "MB", full, _FULL_MEGABYTES)


def _remove(database: Path) -> None:
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()
