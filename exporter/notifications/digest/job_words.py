"""What a digest says of a job beside its columns, in words. Pure."""

from collections.abc import Iterator

from exporter import formatting
from exporter.language import gettext as _
from exporter.language import ngettext
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
        return _("within a day")
    text = ngettext("in about %(count)s day", "in about %(count)s days", whole)
    return text % {"count": formatting.number(whole)}


def sizes(found: Amounts) -> Iterator[str]:
    """Yield the known sizes that a mail has no column for."""
    if found.stored is not None:
        yield _("stored %(size)s") % {"size": formatting.size(found.stored)}
    if found.uploaded is not None:
        yield _("uploaded %(size)s") % {"size": formatting.size(found.uploaded)}


def notes(job: JobFacts, now: Millis) -> Iterator[str]:
    """Yield what is known of a job besides its runs and sizes."""
    yield from _verification(job, now)
    if job.full_in_days is not None:
        yield _("destination full %(when)s") % {"when": days(job.full_in_days)}
    yield from _copies(job, now)
    if job.muted is not None:
        yield _("muted until %(time)s") % {"time": formatting.exact(job.muted)}


def _verification(job: JobFacts, now: Millis) -> Iterator[str]:
    if job.test is not None:
        ended = _("verified %(when)s") if job.test.passed else _("verification failed %(when)s")
        yield ended % {"when": formatting.relative(job.test.at, now)}


def _copies(job: JobFacts, now: Millis) -> Iterator[str]:
    """Yield the second copy, or of several the oldest one, and how many runs missed theirs."""
    if job.copies:
        yield _copy(min(job.copies, key=lambda copy: copy.at), len(job.copies), now)
    if job.copies_missed:
        text = ngettext(
            "second copy missed by the last %(count)s run",
            "second copy missed by the last %(count)s runs",
            job.copies_missed,
        )
        yield text % {"count": formatting.number(job.copies_missed)}


def _copy(oldest: CopyFact, count: int, now: Millis) -> str:
    text = ngettext(
        "second copy to %(name)s %(when)s",
        "%(count)s second copies, the oldest to %(name)s %(when)s",
        count,
    )
    name, when = plain(oldest.destination, _MAX_DESTINATION), formatting.relative(oldest.at, now)
    return text % {"count": formatting.number(count), "name": name, "when": when}
