"""Merges two reports of one run."""

from typing import TypeVar

from msgspec import Struct
from msgspec.structs import astuple, replace

from exporter.model.copies import Copying, CopyOutcome
from exporter.model.log import Log
from exporter.model.runs import Run

Value = TypeVar("Value", bound=Struct)


def fuller(first: Run, second: Run) -> Run:
    """Return a run with the values of a second report that the first did not have.

    Senders can post one run as text and as JSON, and text has fewer values. Of two statuses the
    worse counts; of any other value that both have, the first. A run of Duplicati's log has no
    source any more once it is posted.
    """
    filled = _filled(first, second)
    return replace(
        filled,
        status=first.status.worse(second.status),
        dry_run=first.dry_run or second.dry_run,
        source=first.source if first.is_pulled else first.source and second.source,
        counts=_filled(first.counts, second.counts),
        copying=_copying(first.copying, second.copying),
    )


def fuller_log(first: Log, second: Log) -> Log:
    """Return the log lines of the first report, those of the second where it had none."""
    if first.messages:
        return first
    return replace(second, details=first.details or second.details)


def _filled(first: Value, second: Value) -> Value:
    """Return a value with its fields that are None taken from another."""
    fields = zip(astuple(first), astuple(second), strict=True)
    return type(first)(*(mine if mine is not None else theirs for mine, theirs in fields))


def _copying(first: Copying | None, second: Copying | None) -> Copying | None:
    if first is None or second is None:
        return first or second
    outcomes = (first.outcome, second.outcome)
    if CopyOutcome.MISSED in outcomes:
        outcome = CopyOutcome.MISSED
    else:
        outcome = second.outcome if first.outcome is CopyOutcome.UNTOLD else first.outcome
    return Copying(outcome, first.copies or second.copies)
