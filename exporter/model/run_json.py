"""A run as JSON: timestamps in ISO 8601, durations in whole seconds.

The one place that names the fields of a run: the API answers with them, and exports have them too.
"""

from exporter.model import Log, Run, SecondCopy, StoredRun
from exporter.model.distrust import not_believed
from exporter.times import SECOND, Millis, format_timestamp

Json = dict[str, object]

REPORTED = "report"
"""The source of a run in JSON if there is a report of it."""


def timestamp(value: Millis | None) -> str | None:
    """Return a timestamp as ``2024-01-15T02:00:00.000Z``."""
    return None if value is None else format_timestamp(value)


def seconds(length: Millis | None) -> int | None:
    """Return a duration in whole seconds."""
    return None if length is None else length // SECOND


def backup(name: str, stored: StoredRun) -> Json:
    """Return a run as a server's last backups show it."""
    run = stored.run
    return {
        "id": stored.id,
        "name": name,
        "status": run.status.value,
        "startTime": timestamp(run.began if run.began is not None else stored.started),
        "endTime": timestamp(run.ended),
        "duration": seconds(run.duration),
        "files": run.counts.examined_files,
        "size": run.counts.examined_bytes,
        "storageUsed": known_of_destination(run, run.counts.stored_bytes),
    }


def run(name: str, server_id: int, job_id: int, stored: StoredRun) -> Json:
    """Return a run as listings show it."""
    counts = stored.run.counts
    return {
        **backup(name, stored),
        "serverId": server_id,
        "jobId": job_id,
        "operation": stored.run.operation,
        "dryRun": stored.run.dry_run,
        "received": timestamp(stored.received),
        "uploaded": counts.uploaded_bytes,
        "versions": known_of_destination(stored.run, counts.versions),
        "warnings": counts.warnings,
        "errors": counts.errors,
        "reason": stored.run.reason,
        "newestVersion": timestamp(stored.run.newest_version),
        "retryAttempts": counts.retry_attempts,
        "source": stored.run.source or REPORTED,
    }


def known_of_destination(run: Run, figure: int | None) -> int | None:
    """Return a number of the destination; None where the run did not look, so that it is only 0."""
    looked = run.status.completed or run.looked_at_destination
    return figure if looked else None


def besides(stored: StoredRun) -> Json:
    """Return the other values of a run, and which of its fields are shown but not trusted."""
    run = stored.run
    return {
        **second_copies(run),
        "nextScheduled": timestamp(run.next_scheduled),
        "verified": timestamp(None if run.verification is None else run.verification.at),
        "notBelieved": not_believed(stored),
    }


def second_copies(run: Run) -> Json:
    """Return what a run reported of second copies; nothing where it could not report them."""
    copying = run.copying
    return {
        "secondCopies": [] if copying is None else [second_copy(each) for each in copying.copies],
        "secondCopiesOutcome": None if copying is None else copying.outcome.value,
    }


def second_copy(copy: SecondCopy) -> Json:
    """Return one synchronization with a second destination."""
    return {
        "destination": copy.destination,
        "time": timestamp(copy.at),
        "status": copy.status.value,
        "copiedFiles": copy.copied_files,
        "copiedBytes": copy.copied_bytes,
        "failedVerifications": copy.failed_verifications,
    }


def messages(log: Log) -> Json:
    """Return the log lines of a run, how many were cut, and what could not be read."""
    return {
        "messages": [{"level": line.level, "message": line.text} for line in log.messages],
        "messagesCut": {"dropped": log.lines_dropped, "shortened": log.lines_shortened},
        "details": list(log.details),
    }
