"""Servers, jobs and rejected bodies as JSON."""

from api import explained
from exporter.conditions.evaluate import conditions
from exporter.conditions.pulled import held_up, server_conditions
from exporter.fleet.views import JobView
from exporter.ingest.refusals import is_open
from exporter.model import JobSettings, Rejected, Server
from exporter.model.last_error import LastError
from exporter.model.mutes import muted_after
from exporter.model.pulled import Pulled, Waiting
from exporter.model.run_json import Json, backup, second_copy, seconds, timestamp
from exporter.reports.remedies import remedy
from exporter.times import Millis, format_duration


def server_reference(server: Server) -> Json:
    """Return a server as other answers refer to it."""
    return {"id": server.id, "name": server.name, "alias": server.alias}


def server(known: Server, jobs: int, now: Millis) -> Json:
    """Return all that is known of a server."""
    return {
        **server_reference(known),
        "note": known.note,
        "machineId": known.machine_id,
        "duplicatiVersion": known.version,
        "os": known.os,
        "jobs": jobs,
        "lastReport": timestamp(known.last_report or None),
        "possibleDuplicateOf": known.possible_duplicate_of,
        "mutedUntil": timestamp(muted_after(known.muted, now)),
        "tags": list(known.tags),
        "url": known.url,
        "conditions": [each.value for each in server_conditions(known, now)],
        "pulled": None if known.pulled is None else _pulled(known.pulled),
    }


def _pulled(pulled: Pulled) -> Json:
    """Return what the last pull of a server knew of it."""
    table, certificate, waiting = pulled.table, pulled.certificate, pulled.waiting
    return {
        "at": timestamp(pulled.at),
        "paused": pulled.paused,
        "pausedSince": timestamp(pulled.paused_since),
        "pausedUntil": timestamp(pulled.paused_until),
        "waiting": None if waiting is None else list(map(_waiting, waiting)),
        "certificateExpires": None if certificate is None else timestamp(certificate.expires),
        "certificateChanged": timestamp(pulled.certificate_changed),
        "interval": None if table is None else format_duration(table.interval),
        "failures": None if table is None else pulled.failures,
    }


def _waiting(waiting: Waiting) -> Json:
    return {"backupId": waiting.backup_id, "since": timestamp(waiting.since)}


def job(view: JobView, now: Millis) -> Json:
    """Return a job, its conditions, what is expected of it and what its runs reported."""
    held = conditions(view, now)
    return {
        "id": view.job.id,
        "serverId": view.server.id,
        "server": view.server.name,
        "name": view.job.name,
        "kind": view.job.kind.value,
        "formerly": list(view.job.formerly),
        "possibleDuplicateOf": view.possible_duplicate_of,
        "condition": held[0].value,
        "conditions": [each.value for each in held],
        "mutedUntil": timestamp(muted_after(view.muted_until, now)),
        "tags": list(view.tags),
        **_expected(view, now),
        "heldUp": held_up(view, now),
        "running": running(view, now),
        **_reported(view),
    }


def _expected(view: JobView, now: Millis) -> Json:
    expected = view.expectation
    return {
        "schedule": str(view.schedule.plan),
        "tolerance": format_duration(view.schedule.tolerance),
        "paused": view.schedule.paused,
        "settings": settings(view.job.settings, now),
        "expectedStart": timestamp(expected.start) if expected else None,
        "deadline": timestamp(expected.deadline) if expected else None,
        "scheduleSource": expected.source.value if expected else None,
        "why": explained.why(view),
        "notBelieved": explained.not_believed(view),
        "overdue": view.overdue(now),
        "lateBySeconds": seconds(view.late(now)),
    }


def explanation(view: JobView) -> Json | None:
    """Return how the deadline of a job was computed, None where no run is expected."""
    expected = view.expectation
    if expected is None:
        return None
    return {
        "since": timestamp(expected.because.since),
        "sinceWhat": explained.since(expected),
        "terms": [
            {"seconds": seconds(term.adds), "why": term.why}
            for term in explained.terms(view, expected)
        ],
        "deadline": timestamp(expected.deadline),
    }


def _reported(view: JobView) -> Json:
    state = view.job.state
    last, version = state.last, state.destination.newest_version
    return {
        "lastRun": (
            None if last is None else {**backup(view.job.name, last), "reason": last.run.reason}
        ),
        "lastSuccess": timestamp(view.health.last_good),
        "newestVersion": timestamp(version.timestamp if version else None),
        "interruptedRuns": state.interrupted_runs,
        "secondCopies": [second_copy(known.copy) for known in state.copies.known],
        "secondCopiesMissed": state.copies.missed,
        "lastRestore": timestamp(state.restored),
        "lastCompact": timestamp(state.compacted),
        "duplicatiError": _error(state.last_error),
    }


def _error(last: LastError | None) -> Json | None:
    """Return the last error that Duplicati remembers, if it is of no run."""
    return None if last is None else {"time": timestamp(last.at), "message": last.message}


def settings(own: JobSettings, now: Millis) -> Json:
    """Return what a person set for a job; null leaves it to the configuration."""
    return {
        "schedule": own.schedule,
        "tolerance": None if own.tolerance is None else format_duration(own.tolerance),
        "cleared": timestamp(own.cleared),
        "mutedUntil": timestamp(muted_after(own.muted, now)),
        "tags": list(own.tags),
    }


def running(view: JobView, now: Millis) -> Json | None:
    """Return the progress of a job's run, or None where no run is in progress."""
    if view.running is None:
        return None
    run, progress = view.running.run, view.running.run.activity.progress
    return {
        "since": timestamp(run.since),
        "lastHeard": timestamp(run.heard),
        "stalled": view.running.stalled(now),
        "phase": progress.phase,
        "progress": progress.ratio,
        "files": progress.files,
        "totalFiles": progress.total_files,
        "bytes": progress.bytes,
        "totalBytes": progress.total_bytes,
        "activeTransfers": progress.transfers,
    }


def rejected(entry: Rejected, now: Millis) -> Json:
    """Return what was refused; bytes that are not UTF-8 are replaced."""
    return {
        "id": entry.id,
        "received": timestamp(entry.received),
        "sender": entry.address,
        "reason": entry.reason,
        "remedy": remedy(entry.reason),
        "contentType": entry.content_type,
        "size": entry.size,
        "counts": is_open(entry, now),
        "settled": timestamp(entry.settled),
        "body": entry.body.decode(errors="replace"),
    }
