"""What a digest says of a job beside its columns, in words. Pure."""

from collections.abc import Iterator

from exporter import formatting
from exporter.notifications.digest.facts import Amounts, CopyFact, JobFacts
from exporter.templating import plain
from exporter.times import Millis

UNKNOWN = "\N{EN DASH}"

_MAX_DESTINATION = 40


def size(count: int | None) -> str:
    """Return a number of bytes, or a dash."""
    return UNKNOWN if count is None else formatting.size(count)


def growth(count: int | None) -> str:
    """Return a change of a size with its sign, or a dash."""
    if count is None:
        return UNKNOWN
    return f"{'-' if count < 0 else '+'}{formatting.size(abs(count))}"


def days(count: float) -> str:
    """Return how far ahead a day is, as "today" or "in about 40 days"."""
    whole = int(count)
    if whole == 0:
        return "within a day"
    return f"in about {whole:,} day{'' if whole == 1 else 's'}"


def sizes(found: Amounts) -> Iterator[str]:
    """Yield the known sizes that a mail has no column for."""
    if found.stored is not None:
        yield f"stored {formatting.size(found.stored)}"
    if found.uploaded is not None:
        yield f"uploaded {formatting.size(found.uploaded)}"


def notes(job: JobFacts, now: Millis) -> Iterator[str]:
    """Yield what is known of a job besides its runs and sizes."""
    yield from _verification(job, now)
    if job.full_in_days is not None:
        yield f"destination full {days(job.full_in_days)}"
    yield from _copies(job, now)
    if job.muted is not None:
        yield f"muted until {formatting.exact(job.muted)}"


def _verification(job: JobFacts, now: Millis) -> Iterator[str]:
    if job.test is not None:
        ended = "verified" if job.test.passed else "verification failed"
        yield f"{ended} {formatting.relative(job.test.at, now)}"


def _copies(job: JobFacts, now: Millis) -> Iterator[str]:
    """Yield the second copy, or of several the oldest one, and how many runs missed theirs."""
    if job.copies:
        yield _copy(min(job.copies, key=lambda copy: copy.at), len(job.copies), now)
    if job.copies_missed:
        runs = "run" if job.copies_missed == 1 else "runs"
        yield f"second copy missed by the last {job.copies_missed:,} {runs}"


def _copy(oldest: CopyFact, count: int, now: Millis) -> str:
    name, at = plain(oldest.destination, _MAX_DESTINATION), formatting.relative(oldest.at, now)
    if count == 1:
        return f"second copy to {name} {at}"
    return f"{count} second copies, the oldest to {name} {at}"
