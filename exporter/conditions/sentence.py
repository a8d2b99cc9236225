"""How many jobs are, in one sentence. Pure."""

from exporter.conditions.counts import StatusSummary
from exporter.conditions.evaluate import Condition


def sentence(
    summary: StatusSummary,
    failed: str | None = None,
    *,
    refused: int = 0,
    clock_in_doubt: bool = False,
) -> str:
    """Say in one sentence how jobs are, as "2 of 40 backups are overdue, 1 failed 3 hours ago".

    All are fine only where each of them is watched, was judged and is in no trouble, where no
    report was refused that may have told otherwise, and by a clock that is right.

    Args:
        summary: how many jobs there are, and how they are.
        failed: when the newest failure was, in words; None where the sentence outlives them.
        refused: how many reports were refused that none of their senders followed.
        clock_in_doubt: whether the daemon's own clock is, or was in the last day.
    """
    doubts = [*_refused(refused), *(["the daemon's clock is in doubt"] if clock_in_doubt else [])]
    fine = "reported fine" if doubts else None
    told = ", ".join([_most_of_it(summary, failed, fine), *_besides(summary)])
    first = "and" if summary.troubles else "but"
    return f"{told}, {first} {' and '.join(doubts)}" if doubts else told


def _refused(refused: int) -> list[str]:
    if not refused:
        return []
    return ["1 report was refused" if refused == 1 else f"{refused:,} reports were refused"]


def _most_of_it(summary: StatusSummary, failed: str | None, fine: str | None) -> str:
    """Tell the troubles, the worst first, or that there are none."""
    if not summary.all:
        return "No backup has reported yet"
    if not summary.troubles:
        return _how_many_are_fine(summary, fine)
    first, *others = summary.troubles
    told = _telling(first, summary.count(first), failed)
    whole = "The only backup" if summary.all == 1 else _part(summary.count(first), summary)
    return ", ".join([f"{whole} {told}", *(_counted(each, summary, failed) for each in others)])


def _how_many_are_fine(summary: StatusSummary, fine: str | None) -> str:
    """Tell how many are fine, in other words where that is not certain."""
    if summary.all == 1:
        return f"The only backup {fine or 'is fine' if summary.fine else 'is not known to be fine'}"
    if summary.fine == summary.all:
        return f"All {summary.all:,} backups {fine or 'are fine'}"
    return f"{_part(summary.fine, summary)} {fine or f'{_be(summary.fine)} fine'}"


def _part(count: int, summary: StatusSummary) -> str:
    return f"{count:,} of {summary.all:,} backups"


def _counted(condition: Condition, summary: StatusSummary, failed: str | None) -> str:
    count = summary.count(condition)
    return f"{count:,} {_telling(condition, count, failed)}"


def _telling(condition: Condition, count: int, failed: str | None) -> str:
    if condition is Condition.FAILING:
        return _failing(count, failed)
    one, many = _TOLD.get(condition, (f"is {condition.word}", f"are {condition.word}"))
    return one if count == 1 else many


_TOLD = {
    Condition.DAMAGED: ("failed the test of stored files", "failed the test of stored files"),
    Condition.STALE: ("has no recent success", "have no recent success"),
    Condition.STALLED: ("fell silent", "fell silent"),
    Condition.INTERRUPTED: ("was interrupted", "were interrupted"),
    Condition.SHRINKING: ("shrank", "shrank"),
    Condition.SECOND_COPY: ("has no recent second copy", "have no recent second copy"),
    Condition.UNNAMED: ("reports without a name", "report without a name"),
}
"""What is said of one job and of several."""


def _failing(count: int, failed: str | None) -> str:
    if failed is None:
        return "failed"
    return f"failed {failed}" if count == 1 else f"failed, the last {failed}"


def _besides(summary: StatusSummary) -> list[str]:
    """Tell what must not hide behind the rest."""
    waiting = summary.count(Condition.WAITING)
    told = [
        (summary.count(Condition.WARNING), "ended with warnings"),
        (waiting, f"{'has' if waiting == 1 else 'have'} not ended a first run"),
        (summary.unwatched, f"{_be(summary.unwatched)} not watched"),
        (summary.errored, "could not be judged"),
    ]
    return [f"{count:,} {text}" for count, text in told if count]


def _be(count: int) -> str:
    return "is" if count == 1 else "are"
