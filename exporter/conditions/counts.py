"""How many jobs there are, and of how many each condition holds. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from exporter.conditions.evaluate import EvaluatedJob, evaluate_all
from exporter.fleet.views import JobView
from exporter.model.conditions import Condition
from exporter.times import Millis

_UNWATCHED = (Condition.PAUSED, Condition.OFF)


class StatusSummary(Struct, frozen=True):
    """How many jobs there are, and of how many each condition holds.

    `fine` are those in no trouble that ended a run and that somebody would miss; `unwatched` are
    in no trouble because nothing is expected of them. `errored` are further jobs, whose evaluation
    failed by an internal error. `last_failure` is the start of the newest run for which a job is
    failing, None where none is.
    """

    jobs: int
    held: Mapping[Condition, int]
    fine: int = 0
    unwatched: int = 0
    errored: int = 0
    last_failure: Millis | None = None

    @classmethod
    def from_views(cls, views: Iterable[JobView], now: Millis, errored: int = 0) -> "StatusSummary":
        """Count jobs by what holds for them now."""
        return cls.counting(evaluate_all(views, now), errored)

    @classmethod
    def counting(cls, jobs: Sequence[EvaluatedJob], errored: int = 0) -> "StatusSummary":
        """Count jobs that were evaluated."""
        return cls(
            jobs=len(jobs),
            held=Counter(each for job in jobs for each in job.held),
            fine=sum(_is_fine(job.held) for job in jobs),
            unwatched=sum(_is_unwatched(job.held) for job in jobs),
            errored=errored,
            last_failure=_last_failure(job.view for job in jobs),
        )

    def count(self, condition: Condition) -> int:
        """Return of how many jobs a condition holds."""
        return self.held.get(condition, 0)

    @property
    def all(self) -> int:
        """All jobs that are known, also those that could not be evaluated."""
        return self.jobs + self.errored

    @property
    def troubles(self) -> list[Condition]:
        """The conditions that somebody should look at, worst first."""
        return [each for each in Condition if each.is_trouble and self.count(each)]


def _is_fine(held: tuple[Condition, ...]) -> bool:
    return not held[0].is_trouble and Condition.WAITING not in held and not _is_unwatched(held)


def _is_unwatched(held: tuple[Condition, ...]) -> bool:
    return not held[0].is_trouble and any(each in held for each in _UNWATCHED)


def _last_failure(views: Iterable[JobView]) -> Millis | None:
    failing = (view.health for view in views if view.health.failing)
    starts = (each.last_failed or each.last_start for each in failing)
    return max((start for start in starts if start is not None), default=None)
