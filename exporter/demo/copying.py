"""The second copies in a report, as Duplicati 2.3 has them: a list of the good ones, and lines."""

from collections.abc import Iterator

from exporter.demo.job import SecondDestination
from exporter.demo.life import Run
from exporter.times import SECOND, Millis

TAG = "Duplicati.Library.Main.Operation.RemoteSynchronizationHandler"


def copied(run: Run) -> Iterator[tuple[SecondDestination, int]]:
    """Yield the destinations that a run was synchronized with, and how many bytes were copied."""
    for each in _tried(run):
        if _is_due(run, each) and not _fails(run, each):
            yield each, run.uploaded * each.every


def errors(run: Run) -> list[str]:
    """Return the errors of a run's copies: Duplicati reports two of each that fails."""
    return [
        text
        for each in _tried(run)
        if _is_due(run, each) and _fails(run, each)
        for text in (f"Remote synchronization to {each.url} failed", "The device is not ready.")
    ]


def left_out(run: Run) -> list[str]:
    """Return the messages about destinations that are not due after a run."""
    return [
        f"Skipping remote synchronization to {each.url}, its interval has not passed"
        for each in _tried(run)
        if not _is_due(run, each)
    ]


def ended(run: Run) -> Millis:
    """Return when the copies of a run were made: right before its end."""
    return run.ended - SECOND


def _tried(run: Run) -> tuple[SecondDestination, ...]:
    """Return the destinations that a run tried: none if it died or was stopped."""
    work = run.work
    return run.job.copies if work.exception is None and work.stopped is None else ()


def _is_due(run: Run, to: SecondDestination) -> bool:
    return run.number % to.every == 0 and run.work.ago > to.dropped


def _fails(run: Run, to: SecondDestination) -> bool:
    return run.work.ago <= to.failing
