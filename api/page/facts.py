"""What the page of a job shows besides its runs: timestamps, second copies, what to do."""

import shlex
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from api.page.keys import key_of
from exporter import formatting
from exporter.conditions.facts import ActiveCondition
from exporter.fleet.views import JobView
from exporter.formatting import DisplayTime
from exporter.jobs.copies import KnownCopy
from exporter.jobs.state import JobState
from exporter.language import ngettext
from exporter.model import SecondCopy, Status, StoredRun, believed
from exporter.model.conditions import Condition
from exporter.times import Millis


class Copy(Struct, frozen=True):
    """A second destination: its last copy, and by what it is forgotten.

    That is a command, and the key of the form.
    """

    destination: str
    at: DisplayTime
    status: Status
    amounts: str
    faults: int
    forget: str
    key: str


class Facts(Struct, frozen=True):
    """The timestamps, former names and copies of a job; None and 0 where there is nothing.

    `error_at` and `error` are of the last error that Duplicati remembers and that is of no run.
    """

    newest_version: DisplayTime | None
    restored: DisplayTime | None
    compacted: DisplayTime | None
    retries: int
    formerly: tuple[str, ...]
    copies: list[Copy]
    copies_missed: int
    error_at: DisplayTime | None
    error: str | None


def facts(view: JobView, state: JobState, now: Millis) -> Facts:
    """Return what a job's page shows besides its runs."""
    version, last, error = state.destination.newest_version, state.last, state.last_error
    return Facts(
        newest_version=_when(None if version is None else version.timestamp, now),
        restored=_when(state.restored, now),
        compacted=_when(state.compacted, now),
        retries=(last and last.run.counts.retry_attempts) or 0,
        formerly=view.job.formerly,
        copies=[_copy(view.job.id, known, now) for known in state.copies.known],
        copies_missed=state.copies.missed or 0,
        error_at=_when(None if error is None else error.at, now),
        error=None if error is None else error.message,
    )


def with_reasons(
    held: Iterable[ActiveCondition], state: JobState, runs: Sequence[StoredRun]
) -> tuple[ActiveCondition, ...]:
    """Return conditions with the cause that an older run tells, where the last one tells none."""
    return tuple(_with_reason(each, state, runs) for each in held)


def _with_reason(
    held: ActiveCondition, state: JobState, runs: Sequence[StoredRun]
) -> ActiveCondition:
    if held.cause is not None or held.condition not in (Condition.FAILING, Condition.DAMAGED):
        return held
    decided = None if state.decided is None else state.decided.id
    if held.condition is Condition.FAILING:
        told = (stored.run.reason for stored in runs if stored.id == decided)
    else:
        told = (
            stored.run.reason for stored in runs if believed.verification(stored) == state.tested
        )
    return replace(held, cause=next(told, None))


def _when(timestamp: Millis | None, now: Millis) -> DisplayTime | None:
    return None if timestamp is None else DisplayTime.from_timestamp(timestamp, now)


def _copy(job_id: int, known: KnownCopy, now: Millis) -> Copy:
    copy = known.copy
    return Copy(
        destination=copy.destination,
        at=DisplayTime.from_timestamp(copy.at, now),
        status=copy.status,
        amounts=_amounts(copy),
        faults=copy.failed_verifications or 0,
        forget=f"duplistatus job forget-copy {job_id} {shlex.quote(copy.destination)}",
        key=key_of(copy.destination),
    )


def _files(count: int) -> str:
    return ngettext("%(count)s file", "%(count)s files", count) % {
        "count": formatting.number(count)
    }


def _amounts(copy: SecondCopy) -> str:
    files, count = copy.copied_files, copy.copied_bytes
    parts = [] if files is None else [_files(files)]
    return ", ".join([*parts, *([] if count is None else [formatting.size(count)])])
