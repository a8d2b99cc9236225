"""The reports that come while the demonstration serves."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.services import Services
from exporter import config
from exporter.cli.commands.demo import keep_receiving
from exporter.cli.daemon import build_services
from exporter.demo import Arrival
from exporter.store.sqlite import Store
from exporter.times import DAY, MINUTE
from tests.support.daemon import NOW, Clock
from tests.support.process.waiting import eventually
from tests.support.reports_builder import duplicati_report


def arrival(at: int, backup: str) -> Arrival:
    return Arrival(at, duplicati_report(began=at - MINUTE, backup=backup))


@pytest.fixture
def parts(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    settings = config.load({"database": str(tmp_path / "demo.sqlite")}, {})
    with closing(Store(Path(str(settings.database)))) as store:
        yield build_services(settings, store)._replace(clock=clock)


def test_a_report_is_recorded_once_it_is_due_and_none_before(parts: Services) -> None:
    coming = [arrival(NOW - 1, "due"), arrival(NOW, "now"), arrival(NOW + DAY, "tomorrow")]
    ending = threading.Event()
    thread = threading.Thread(target=keep_receiving, args=(parts, coming, ending))
    thread.start()
    eventually(lambda: len(parts.fleet.jobs()) == 2, "both reports that are due")
    ending.set()
    thread.join()
    jobs = parts.fleet.jobs()
    assert [view.job.name for view in jobs] == ["due", "now"]
    assert [view.server.last_report for view in jobs] == [NOW, NOW]


def test_it_ends_before_anything_is_due(parts: Services) -> None:
    ending = threading.Event()
    ending.set()
    keep_receiving(parts, [arrival(NOW + DAY, "tomorrow")], ending)
    assert parts.fleet.jobs() == []
