"""What the check of a job is told of a run, in healthchecks' form. Pure."""

import uuid
from typing import NamedTuple

from exporter import formatting
from exporter.model import Counts, Log, Message, StoredRun, gravest
from exporter.notifications.pinging import shortened
from exporter.times import Millis

MAX_LINES = 20
_MAX_LINE = 400
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class RunPing(NamedTuple):
    """What is added to the address of a check, with its query, and the body; empty without one."""

    suffix: str
    body: str


def run_id(job_id: int, began: Millis) -> str:
    """Return the id by which the ping of a run's end is known to belong to that of its start."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"duplistatus job {job_id} run {began}"))


def of_start(identity: str) -> RunPing:
    """Return the ping of a start."""
    return RunPing(f"/start?rid={identity}", "")


def of_end(title: str, stored: StoredRun, log: Log, identity: str | None) -> RunPing:
    """Return the ping of an end; `identity` is that of its start, None where none was told.

    A run that completed is a success, also with warnings: its ping is the address as it is. All
    others are ``/fail``. An exit status would say no more, and fewer services know it.

    Without the `identity` of the start, healthchecks ends whatever run it believes in progress;
    with another one a success would not.
    """
    path = "" if stored.run.status.completed else "/fail"
    query = "" if identity is None else f"?rid={identity}"
    return RunPing(path + query, body_of(title, stored, log))


def body_of(title: str, stored: StoredRun, log: Log) -> str:
    """Return how a run ended, what it counted, and its gravest and last log lines.

    It has no control characters but line breaks, and at most `MAX_BODY_BYTES` in UTF-8.
    """
    lines = [f"{title}: {stored.run.status.value}", *_facts(stored), *_counted(stored.run.counts)]
    if stored.run.reason:
        lines.append(stored.run.reason)
    chosen = _chosen(log)
    lines += ["", *(f"{line.level}: {line.text}" for line in chosen)] if chosen else []
    return shortened("\n".join(map(_printable, lines))).decode()


def _facts(stored: StoredRun) -> list[str]:
    run = stored.run
    took = "" if run.duration is None else f", took {formatting.duration(run.duration)}"
    return [f"started {formatting.exact(stored.started)}{took}"]


def _counted(counts: Counts) -> list[str]:
    numbers = (
        ("files examined", counts.examined_files),
        ("added", counts.added_files),
        ("modified", counts.modified_files),
        ("deleted", counts.deleted_files),
        ("warnings", counts.warnings),
        ("errors", counts.errors),
    )
    told = [f"{what} {formatting.number(count)}" for what, count in numbers if count is not None]
    if counts.uploaded_bytes is not None:
        told.append(f"uploaded {formatting.size(counts.uploaded_bytes)}")
    return [", ".join(told)] if told else []


def _chosen(log: Log) -> tuple[Message, ...]:
    """Return the most severe lines in their order; of equal levels the last ones."""
    return gravest(log.messages[::-1], MAX_LINES)[::-1]


def _printable(text: str) -> str:
    """Return a text as one line of limited length, without control characters."""
    line = " ".join(text[:_MAX_LINE].split())
    return "".join(each if each.isprintable() else _REPLACEMENT for each in line)
