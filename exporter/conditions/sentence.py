"""The state of many jobs in one sentence. Pure."""

from exporter.conditions.counts import StatusSummary
from exporter.model.conditions import Condition

_NO_TROUBLES = (Condition.UNUSUAL, Condition.WARNING, Condition.WAITING, Condition.MUTED)
"""They are said beside the troubles: a job in one is not simply fine, or hides that it is not."""


def sentence(
    summary: StatusSummary,
    failed: str | None = None,
    *,
    refused: int = 0,
    clock_in_doubt: bool = False,
) -> str:
    """Return the state of the jobs, as "2 of 40 backups are overdue, 1 failed 3 hours ago".

    All are fine only where each of them is watched, was evaluated and is in no trouble, muted or
    not, where no report was refused that may have said otherwise, and by a clock that is right.

    Args:
        summary: how many jobs there are, and of how many each condition holds.
        failed: when the newest failure was, in words; None where the sentence outlives them.
        refused: how many reports were refused and not followed by one that was accepted.
        clock_in_doubt: whether the daemon's own clock is wrong, or was in the last day.
    """
    doubts = [*_refused(refused), *(["the daemon's clock is in doubt"] if clock_in_doubt else [])]
    fine = "reported fine" if doubts else None
    text = ", ".join([_main_part(summary, failed, fine), *_besides(summary)])
    first = "and" if summary.troubles else "but"
    return f"{text}, {first} {' and '.join(doubts)}" if doubts else text


def _refused(refused: int) -> list[str]:
    if not refused:
        return []
    return ["1 report was refused" if refused == 1 else f"{refused:,} reports were refused"]


def _main_part(summary: StatusSummary, failed: str | None, fine: str | None) -> str:
    """Return the troubles, the worst first, or that there are none."""
    if not summary.all:
        return "No backup has reported yet"
    if not summary.troubles:
        return _how_many_are_fine(summary, fine)
    first, *others = summary.troubles
    phrase = _phrase(first, summary.troubled(first), failed)
    whole = "The only backup" if summary.all == 1 else _part(summary.troubled(first), summary)
    return ", ".join([f"{whole} {phrase}", *(_counted(each, summary, failed) for each in others)])


def _how_many_are_fine(summary: StatusSummary, fine: str | None) -> str:
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
    """Return what else must be said whatever the worst trouble is."""
    besides = [
        *((summary.count(each), _phrase(each, summary.count(each))) for each in _NO_TROUBLES),
        (summary.unwatched, f"{_be(summary.unwatched)} not watched"),
        (summary.errored, "could not be evaluated"),
    ]
    return [f"{count:,} {text}" for count, text in besides if count]


def _be(count: int) -> str:
    return "is" if count == 1 else "are"
