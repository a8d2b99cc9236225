"""The exposition of ten thousand jobs against the client library's, in this process."""

import time
from collections.abc import Callable, Iterator

from exporter.exposition import Exposition
from exporter.exposition.scrape import ExpositionParts
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.schedule.policy import SchedulePolicy
from exporter.store.rules.write_cache import WriteCache
from exporter.store.sqlite import connection
from exporter.times import now
from tests.exporter.exposition import oracle
from tests.tools.bench.figures import Figure
from tests.tools.bench.setting import MANY, Setting


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure the text, to its last byte, from the same samples."""
    db = connection.connect_reader(setting.copy(MANY))
    everything = WriteCache.load(db).snapshot()
    fleet = Fleet(SchedulePolicy(), 0)
    fleet.apply(everything)
    exposition = Exposition(fleet, now, SelfMetrics("1", lambda: 0))
    exposition.text()
    ours = _milliseconds(lambda: _joined(exposition.text()))
    theirs = _milliseconds(lambda: oracle.text(fleet, now()))
    db.close()
    yield Figure("text of the whole fleet", "generate_latest", "≤ 0.02", "ms", ours, theirs)


def _joined(exposed: ExpositionParts) -> bytes:
    return b"".join([*exposed.fleet, exposed.daemon])


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
