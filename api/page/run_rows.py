"""The runs of a job as its page lists them, with the lines of their logs that matter most."""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from msgspec import Struct

from exporter import formatting
from exporter.formatting import DisplayTime
from exporter.language import gettext, marked
from exporter.model import BACKUP, Log, Message, Status, StoredRun, gravest, run_json
from exporter.model.distrust import not_believed
from exporter.schedule.missed import Gap
from exporter.store import JobRun, Store
from exporter.templating import short
from exporter.times import Millis

LINES = 20
"""Log lines shown of a run; the API has them all."""

MAX_LINE_LENGTH = 500

ABSENCES = 5
"""Missed runs in a row that are listed, the newest; the others are counted."""

_FIELDS = {
    "startTime": marked("start"),
    "endTime": marked("end"),
    "nextScheduled": marked("next start"),
    "newestVersion": marked("newest version"),
    "verified": marked("verification"),
    "duration": marked("duration"),
    "uploaded": marked("uploaded"),
}
"""Fields as the page calls them."""


class RunRow(Struct, frozen=True):
    """A run; `lines_left` are those that are not shown, `details` say what could not be read.

    `not_believed` names the values that are not trusted and count as others. `source` is of a part
    of it where the run was cut short.
    """

    id: int
    started: DisplayTime
    status: Status
    operation: str | None
    length: str | None
    source: str | None
    is_part: bool
    stored: str | None
    uploaded: str | None
    lines: tuple[Message, ...]
    lines_left: int
    details: tuple[str, ...]
    details_left: int
    not_believed: tuple[str, ...]


class Absence(Struct, frozen=True):
    """A run that was expected and did not come, or how many more did not come before the others."""

    expected: DisplayTime | None
    more: int = 0


def with_absences(
    runs: Sequence[JobRun], rows: Sequence[RunRow], gaps: Iterable[Gap], now: Millis
) -> list[RunRow | Absence]:
    """Return the rows of runs, newest first, with what was missed before each and after all."""
    starts = [each.stored.started for each in runs]
    placed: list[tuple[Millis, RunRow | Absence]] = list(zip(starts, rows, strict=True))
    for gap in gaps:
        if gap.before is None or gap.before in starts:
            placed += _absences(gap, now)
    placed.sort(key=itemgetter(0), reverse=True)
    return [row for _, row in placed]


def _absences(gap: Gap, now: Millis) -> Iterator[tuple[Millis, Absence]]:
    listed = gap.starts[-ABSENCES:]
    for start in listed:
        yield start, Absence(DisplayTime.from_timestamp(start, now))
    if gap.total > len(listed):
        yield listed[0] - 1, Absence(None, gap.total - len(listed))


def history(store: Store, runs: list[JobRun], now: Millis) -> list[RunRow]:
    """Return the rows of runs, in their order."""
    details = ((each.stored, store.run(each.stored.id)) for each in runs)
    return [_row(stored, Log() if found is None else found.log, now) for stored, found in details]


def _row(stored: StoredRun, log: Log, now: Millis) -> RunRow:
    run, counts = stored.run, stored.run.counts
    lines, is_part = gravest(log.messages, LINES), run.status.is_cut_short
    return RunRow(
        id=stored.id,
        started=DisplayTime.from_timestamp(stored.started, now),
        status=run.status,
        operation=_operation(stored),
        length=None if run.duration is None else formatting.duration(run.duration),
        source=_size(counts.examined_bytes or None if is_part else counts.examined_bytes),
        is_part=is_part,
        stored=_size(run_json.known_of_destination(run, counts.stored_bytes)),
        uploaded=_size(counts.uploaded_bytes),
        lines=tuple(Message(line.level, short(line.text, MAX_LINE_LENGTH)) for line in lines),
        details=tuple(short(detail, MAX_LINE_LENGTH) for detail in log.details[:LINES]),
        details_left=max(len(log.details) - LINES, 0),
        not_believed=tuple(gettext(_FIELDS.get(each, each)) for each in not_believed(stored)),
        lines_left=len(log.messages) + log.lines_dropped - len(lines),
    )


def _operation(stored: StoredRun) -> str | None:
    """Return the name of an operation that is not a backup."""
    if stored.run.dry_run:
        return gettext("Dry run")
    return None if stored.run.operation == BACKUP else stored.run.operation


def _size(count: int | None) -> str | None:
    return None if count is None else formatting.size(count)
