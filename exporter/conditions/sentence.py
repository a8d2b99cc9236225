"""The state of many jobs in one sentence. Pure."""

from collections.abc import Callable, Mapping, Sequence

from exporter import formatting
from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import AnyFault, Fault
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition, Severity
from exporter.times import Millis

_NO_TROUBLES = (Condition.UNUSUAL, Condition.WARNING, Condition.WAITING, Condition.MUTED)
"""They are said beside the troubles: a job in one is not simply fine, or hides that it is not."""

NOBODY = "No backup has reported yet"

_HEADLINE = 3
"""Facts in a headline: more of them are read by nobody."""


def sentence(
    summary: StatusSummary,
    failed: str | None = None,
    faults: Sequence[Fault] = (),
    nobody: str = NOBODY,
) -> str:
    """Return the state of the jobs, as "2 of 40 backups are overdue, 1 failed 3 hours ago".

    All are fine only where each of them is watched, was evaluated and is in no trouble, muted or
    not, and where nothing is wrong beside the jobs that may hide what became of them.

    Args:
        summary: how many jobs there are, and of how many each condition holds.
        failed: when the newest failure was, in words; None where the sentence outlives them.
        faults: what holds for the daemon and for servers.
        nobody: what is said where there is no job.
    """
    return ", ".join(_facts(summary, failed, faults, nobody))


def headline(
    summary: StatusSummary, failed: str | None = None, faults: Sequence[Fault] = ()
) -> str:
    """Return the worst facts of the sentence, and how many more there are."""
    facts = _facts(summary, failed, faults, NOBODY)
    more = len(facts) - _HEADLINE
    return ", ".join(facts[:_HEADLINE]) + (f", and {more} more" if more > 0 else "")


def newest_failure(summary: StatusSummary, now: Millis) -> str | None:
    """Return when the newest failure was; a start in the future is of a clock a little ahead."""
    last = summary.last_failure
    return None if last is None else formatting.relative(min(last, now), now)


def _facts(
    summary: StatusSummary, failed: str | None, faults: Sequence[Fault], nobody: str
) -> list[str]:
    """Return all that is said: the main part, then the worst of the rest first."""
    doubts, besides = _doubts(faults), _besides(summary)
    if not summary.troubles:
        said = [text for _, text in doubts]
        but = [f"but {said[0]}", *said[1:]] if said else []
        calm = _calm_part(summary, "reported fine" if said else None) if summary.all else nobody
        return [calm, *but, *besides]
    main, *troubles = summary.troubles
    ranked = [*doubts, *((each.severity, _counted(each, summary, failed)) for each in troubles)]
    ranked.sort(key=_urgency)
    return [_main_part(main, summary, failed), *(text for _, text in ranked), *besides]


def _urgency(ranked: tuple[Severity, str]) -> int:
    return list(Severity).index(ranked[0])


def _doubts(faults: Sequence[Fault]) -> list[tuple[Severity, str]]:
    """Return what is wrong beside the jobs, each once, and how serious it is."""
    counts: dict[AnyFault, int] = {}
    for fault in faults:
        counts[fault.condition] = counts.get(fault.condition, 0) + fault.count
    return [(each.severity, _SAID[each](count)) for each, count in counts.items()]


def _refused(count: int) -> str:
    return "1 report was refused" if count == 1 else f"{count:,} reports were refused"


def _pull_failing(count: int) -> str:
    return "1 server cannot be pulled" if count == 1 else f"{count:,} servers cannot be pulled"


_SAID: Mapping[AnyFault, Callable[[int], str]] = {
    DaemonCondition.STORAGE: lambda _: "reports cannot be stored",
    DaemonCondition.REFUSED: _refused,
    DaemonCondition.CLOCK: lambda _: "the daemon's clock is in doubt",
    DaemonCondition.NOTIFICATIONS: lambda _: "messages are not delivered",
    DaemonCondition.LIMIT: lambda _: "a limit was reached",
    ServerCondition.PULL_FAILING: _pull_failing,
}


def _main_part(condition: Condition, summary: StatusSummary, failed: str | None) -> str:
    """Return the worst trouble, and of how many jobs."""
    count = summary.troubled(condition)
    whole = "The only backup" if summary.all == 1 else _part(count, summary)
    return f"{whole} {_phrase(condition, count, failed)}"


def _calm_part(summary: StatusSummary, fine: str | None) -> str:
    """Return how many are fine, in other words where that is not certain."""
    if summary.all == 1:
        return f"The only backup {fine or 'is fine' if summary.fine else 'is not known to be fine'}"
    if summary.fine == summary.all:
        return f"All {summary.all:,} backups {fine or 'are fine'}"
    return f"{_part(summary.fine, summary)} {fine or f'{_be(summary.fine)} fine'}"


def _part(count: int, summary: StatusSummary) -> str:
    return f"{count:,} of {summary.all:,} backups"


def _counted(condition: Condition, summary: StatusSummary, failed: str | None) -> str:
    count = summary.troubled(condition)
    return f"{count:,} {_phrase(condition, count, failed)}"


def _phrase(condition: Condition, count: int, failed: str | None = None) -> str:
    if condition is Condition.FAILING and failed is not None:
        return _failing(count, failed)
    return condition.of_one if count == 1 else condition.of_many


def _failing(count: int, failed: str) -> str:
    said = Condition.FAILING.of_one
    return f"{said} {failed}" if count == 1 else f"{said}, the last {failed}"


def _besides(summary: StatusSummary) -> list[str]:
    """Return what else must be said whatever the worst trouble is.

    A job that could not be evaluated may be in any trouble, so it comes first.
    """
    besides = [
        (summary.errored, "could not be evaluated"),
        *((summary.count(each), _phrase(each, summary.count(each))) for each in _NO_TROUBLES),
        (summary.unwatched, f"{_be(summary.unwatched)} not watched"),
    ]
    return [f"{count:,} {text}" for count, text in besides if count]


def _be(count: int) -> str:
    return "is" if count == 1 else "are"
