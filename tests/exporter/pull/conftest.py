import pytest

from exporter.fleet import Fleet
from exporter.ingest.importer import StoreImporter
from exporter.pull.bookmarks import Bookmarks
from exporter.pull.pull_server import pull_server
from exporter.pull.summary import Summary
from exporter.store.sqlite import Store
from tests.exporter.pull.pulls import PullFrom
from tests.support.daemon import Clock
from tests.support.duplicati.asking import server
from tests.support.duplicati.fixtures import certificate, duplicati, secure_duplicati
from tests.support.duplicati.simulator import Simulator

__all__ = ["certificate", "duplicati", "secure_duplicati"]


@pytest.fixture
def archive(store: Store, fleet: Fleet, clock: Clock) -> StoreImporter:
    return StoreImporter(store, fleet, clock, max_log_lines=100)


@pytest.fixture
def pulled(duplicati: Simulator, archive: StoreImporter) -> PullFrom:
    """Pull from the simulated server, by default as one that was never pulled from."""

    def once(bookmarks: Bookmarks | None = None) -> Summary:
        with server(duplicati) as asked:
            return pull_server(asked, archive, bookmarks or Bookmarks(), lambda _place: None)

    return once
