"""Reports of Sync jobs as Duplicati sends them."""

from collections.abc import Mapping

from exporter.times import Millis
from tests.support.reports_builder import duplicati_report

FILES, BYTES, UPLOADED = 39, 760_004, 560_004


def sync_report(
    *,
    began: Millis,
    backup: str = "Mirror",
    machine_id: str | None = "m-1",
    server: str | None = "nas",
    status: str = "Success",
    extra: Mapping[str, object] | None = None,
    exception: str | None = None,
) -> bytes:
    """Build the report of a Sync; its part about the destination is of no use, as there."""
    data = {
        "MainOperation": "Sync",
        "SourceFiles": FILES,
        "SizeOfSourceFiles": BYTES,
        "FilesUploaded": 30,
        "SizeOfUploadedFiles": UPLOADED,
        "UnchangedFiles": 9,
        "FilesDeleted": 2,
        "SizeOfDeletedFiles": 1_000,
    }
    backend = {"BytesUploaded": -39, "KnownFileSize": 0, "BackupListCount": 0}
    return duplicati_report(
        began=began,
        backup=backup,
        machine_id=machine_id,
        server=server,
        status=status,
        data=data,
        backend=backend,
        extra={"OperationName": "Sync", **(extra or {})},
        exception=exception,
    )
