"""Counters that one run had stopped continue after an upgrade."""

from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlite_utils import Database

from exporter.jobs.state import pack, unpack
from exporter.store.sqlite import Store
from exporter.store.sqlite.upgrades import counters
from exporter.times import DAY
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report


@pytest.mark.parametrize(
    ("stopped_at", "goes_on_from"), [(2**63 - 1, 1024), (2**60, 2**60), (None, None)]
)
def test_a_counter_that_stood_still_goes_on(
    tmp_path: Path, stopped_at: int | None, goes_on_from: int | None
) -> None:
    path = tmp_path / "reports.sqlite"
    with closing(Store(path)) as store:
        for night, uploaded in enumerate((512, 2**63 - 1, 512)):
            backend = {"BytesUploaded": uploaded}
            deliver(store, duplicati_report(began=NOW + night * DAY, backend=backend))
    with closing(Database(path)) as db:
        (packed,) = db.execute("SELECT state FROM jobs").fetchone()
        state = unpack(packed)
        assert state.uploaded_bytes == 1024
        stopped = pack(replace(state, uploaded_bytes=stopped_at))
        db.execute("UPDATE jobs SET state = ?", (stopped,))
        counters.thaw(db)
        (packed,) = db.execute("SELECT state FROM jobs").fetchone()
    assert unpack(packed).uploaded_bytes == goes_on_from
