"""Pulls of a Sync, of which a server remembers the newest run and has no log."""

from exporter.model import Status
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, SECOND
from tests.exporter.pull.deaths import runs, told
from tests.exporter.pull.pulls import PullFrom
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.duplicati.memory import MACHINE_ID, MACHINE_NAME
from tests.support.duplicati.simulator import Simulator
from tests.support.reports_builder import duplicati_report


def test_a_sync_has_no_log_and_no_failure(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    duplicati.add_backup("3", "Mirror", operation="Sync")
    began = NOW - DAY
    duplicati.remember(
        "3",
        LastSyncStarted=began,
        LastSyncFinished=began + MINUTE,
        LastSyncDuration="00:00:59.5000000",
        SourceFilesCount="39",
        SourceFilesSize="760004",
    )
    for _ in range(2):
        summary = pulled()
        assert (summary.complete, summary.backups) == (True, 2)
        (run,) = runs(store)
        assert told(store) == [("Sync", Status.SUCCESS, began, began + MINUTE, None)]
        assert run.run.duration == 59_500
        assert run.run.counts.examined_files == 39
        assert run.run.counts.examined_bytes == 760_004
    assert duplicati.asked("/backup/3/log") == 0
    duplicati.remember(
        "3", LastSyncStarted=NOW - HOUR, LastErrorDate=NOW - HOUR, LastErrorMessage="no route"
    )
    pulled()
    assert told(store)[1] == ("Sync", Status.FATAL, NOW - HOUR, NOW - HOUR, "no route")


def test_the_report_of_a_sync_replaces_what_was_pulled(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    duplicati.add_backup("3", "Mirror", operation="Sync")
    began = NOW - DAY - NOW % SECOND
    duplicati.remember("3", LastSyncStarted=began, LastSyncFinished=began + MINUTE)
    pulled()
    (known,) = runs(store)
    extra = {"machine-id": MACHINE_ID, "backup-id": "DB-3"}
    body = duplicati_report(
        began=began + 276,
        operation="Sync",
        backup="Mirror",
        server=MACHINE_NAME,
        extra=extra,
        data={"SourceFiles": 39, "SizeOfSourceFiles": 760_004, "SizeOfUploadedFiles": 5},
    )
    deliver(store, body, received=NOW)
    pulled()
    (replaced,) = runs(store)
    assert (replaced.id, replaced.run.source) == (known.id, None)
    assert replaced.run.counts.uploaded_bytes == 5
