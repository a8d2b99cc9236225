"""An importer into an empty database."""

import pytest

from exporter.fleet import Fleet
from exporter.ingest.importer import StoreImporter
from exporter.store.sqlite import Store
from tests.support.daemon import Clock


@pytest.fixture
def archive(store: Store, fleet: Fleet, clock: Clock) -> StoreImporter:
    return StoreImporter(store, fleet, clock, max_log_lines=2)
