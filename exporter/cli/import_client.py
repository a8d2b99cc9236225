"""Import of reports into a daemon through its API.

The daemon's configuration limits the size of a request. So requests stay far below the default,
and a request that is refused for its size or for one of its reports is sent again in halves.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from exporter.cli.api_client import Client, Json, RefusedError
from exporter.ingest.importer import (
    MAX_BATCH,
    HistoricalReport,
    ImportOutcome,
    ImportResult,
    ReportImporter,
)
from exporter.ingest.planned_backups import ListOutcome
from exporter.model.last_error import LastError
from exporter.model.listed import BackupList, ListedBackup
from exporter.model.pulled import Seen
from exporter.reports.decoding import decode_text
from exporter.times import SECOND, Millis, format_duration, format_timestamp

_Item = TypeVar("_Item")

_MAX_BYTES = 2**20
"""Of the bodies of one request: JSON makes at most six of each."""


class Entry(Protocol):
    """A report, and where it was found, for the messages about it."""

    @property
    def source(self) -> str:
        """Where it was found."""
        ...

    @property
    def report(self) -> HistoricalReport:
        """The report."""
        ...


_Found = TypeVar("_Found", bound=Entry)


class ImportClient:
    """Imports historical reports into the store of a daemon.

    Every method raises `ClientError` when the daemon does not answer. What was imported until then
    is kept, and is a duplicate when it is sent again.
    """

    def __init__(self, client: Client, *, dry_run: bool) -> None:
        """Use a client of the daemon; a dry run asks what the outcome of each report would be."""
        self._client = client
        self._dry_run = dry_run

    def import_reports(self, reports: Sequence[HistoricalReport]) -> list[ImportResult]:
        """Record reports, or return what their outcomes would be."""
        return [
            result
            for batch in batches(reports, lambda report: report.body)
            for result in self._sent(batch)
        ]

    def plan(self, job_id: int, start: Millis, interval: Millis | None) -> None:
        """Store what Duplicati's own scheduler plans; a dry run changes nothing."""
        if self._dry_run:
            return
        self._client.send("PUT", f"/api/jobs/{job_id}/planned", _plan(start, interval))

    def note_error(self, job_id: int, error: LastError | None, skew: Millis) -> None:
        """Store the last error that Duplicati remembers of a job; a dry run changes nothing."""
        if self._dry_run:
            return
        told = error and {"time": format_timestamp(error.at), "message": error.message}
        by = {"skewSeconds": skew // SECOND} if skew else {}
        self._client.send("PUT", f"/api/jobs/{job_id}/planned", {"lastError": told, **by})

    def note_list(self, listed: BackupList) -> ListOutcome:
        """Store which backups a server lists; a dry run changes nothing."""
        if self._dry_run:
            return ListOutcome()
        machine = {
            "address": listed.address,
            "machineId": listed.machine_id,
            "machineName": listed.machine_name,
            "os": listed.os,
        }
        backups = [_listed(each) for each in listed.backups]
        data = self._client.send("PUT", "/api/backup-list", {**machine, "backups": backups})
        ids = data["serverId"], data["jobIds"]
        return ListOutcome(tuple(data["expected"]), tuple(data["refused"]), *ids)

    def note_pull(self, server_id: int, seen: Seen) -> None:
        """Store what a pull saw of a server; a dry run changes nothing."""
        if not self._dry_run:
            self._client.send("PUT", f"/api/servers/{server_id}/pulled", _seen(seen))

    def _sent(self, batch: Sequence[HistoricalReport]) -> list[ImportResult]:
        asked = {"reports": [_entry(report) for report in batch], "dryRun": self._dry_run}
        try:
            data = self._client.send("POST", "/api/import", asked)
        except RefusedError as error:
            if len(batch) == 1:
                return [ImportResult(ImportOutcome.REFUSED, reason=str(error))]
            half = len(batch) // 2
            return self._sent(batch[:half]) + self._sent(batch[half:])
        return [_result(result) for result in data["results"]]


def import_in_batches(
    importer: ReportImporter, entries: Iterable[_Found]
) -> Iterator[tuple[_Found, ImportResult]]:
    """Yield the outcome of each; no more of them are held in memory than one request has."""
    for batch in batches(entries, lambda entry: entry.report.body):
        yield from zip(
            batch, importer.import_reports([entry.report for entry in batch]), strict=True
        )


def batches(items: Iterable[_Item], body: Callable[[_Item], bytes]) -> Iterator[list[_Item]]:
    """Yield batches that each fit into one request, in order and as the items arrive."""
    batch: list[_Item] = []
    size = 0
    for item in items:
        length = len(body(item))
        if batch and (size + length > _MAX_BYTES or len(batch) == MAX_BATCH):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += length
    if batch:
        yield batch


def _listed(backup: ListedBackup) -> Json:
    return {
        "id": backup.backup_id,
        "name": backup.name,
        "kind": backup.kind.value,
        "destinationType": backup.destination_type,
        "planned": None if backup.planned is None else _plan(backup.planned, backup.interval),
    }


def _plan(start: Millis, interval: Millis | None) -> Json:
    return {
        "start": format_timestamp(start),
        "interval": None if interval is None else format_duration(interval),
    }


def _entry(report: HistoricalReport) -> Json:
    received = _time(report.received)
    named = {"server": report.server, "backup": report.backup}
    body = {"body": decode_text(report.body), "received": received, **named}
    return body if report.source is None else {**body, "source": report.source}


def _seen(seen: Seen) -> Json:
    """Return what was seen; what is not known is left out."""
    told: Json = {}
    if seen.state is not None:
        told = {
            "paused": seen.state.paused,
            "pausedUntil": _time(seen.state.until),
            "waiting": [
                {"backupId": each.backup_id, "since": _time(each.since)}
                for each in seen.state.waiting
            ],
        }
    if seen.certificate is not None:
        told["certificate"] = {
            "fingerprint": seen.certificate.fingerprint,
            "expires": format_timestamp(seen.certificate.expires),
        }
    return told


def _time(timestamp: Millis | None) -> str | None:
    return None if timestamp is None else format_timestamp(timestamp)


def _result(result: Json) -> ImportResult:
    return ImportResult(
        ImportOutcome(result["outcome"]),
        run_id=result["backupId"],
        server_id=result["serverId"],
        job_id=result["jobId"],
        is_backup=result["isBackup"],
        reason=result["reason"],
        notes=tuple(result["notes"]),
    )
