"""How many jobs there are, and of how many each condition holds. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from exporter.conditions.evaluate import EvaluatedJob, evaluate_all
from exporter.fleet.views import JobView
from exporter.model.conditions import Condition
from exporter.times import Millis

_NOT_FINE = (Condition.WAITING, Condition.PAUSED, Condition.OFF)
"""A job in no trouble is not simply fine where no run has ended or none is expected."""


class StatusSummary(Struct, frozen=True):
    """How many jobs there are, and of how many each condition holds.

    `fine` are those in no trouble that ended a run and that somebody would miss; `unwatched` are
    not muted and trouble nobody because nothing is expected of them. `errored` are further jobs,
    whose evaluation failed by an internal error. `last_failure` is the start of the newest run for
    which a job is failing, None where none is; `excused` is of how many jobs each trouble holds
    that a person muted or paused. They are in `held` and not among the troubles; `in_trouble` are
    the jobs for which any of the troubles holds.
    """

    jobs: int
    held: Mapping[Condition, int]
    fine: int = 0
    unwatched: int = 0
    errored: int = 0
    last_failure: Millis | None = None
    excused: Mapping[Condition, int] = {}
    in_trouble: int = 0

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
            fine=sum(_is_fine(job) for job in jobs),
            unwatched=sum(_is_unwatched(job) for job in jobs),
            errored=errored,
            last_failure=_last_failure(job.view for job in jobs if not job.is_excused),
            excused=Counter(
                each for job in jobs if job.is_excused for each in job.held if each.is_trouble
            ),
            in_trouble=sum(job.in_trouble and not job.is_excused for job in jobs),
        )

    def count(self, condition: Condition) -> int:
        """Return of how many jobs a condition holds."""
        return self.held.get(condition, 0)

    def troubled(self, condition: Condition) -> int:
        """Return of how many jobs a condition holds that are neither muted nor paused."""
        return self.count(condition) - self.excused.get(condition, 0)

    @property
    def all(self) -> int:
        """All jobs that are known, also those that could not be evaluated."""
        return self.jobs + self.errored

    @property
    def troubles(self) -> list[Condition]:
        """The conditions that somebody should look at, worst first."""
        return [each for each in Condition if each.is_trouble and self.troubled(each)]


def _is_fine(job: EvaluatedJob) -> bool:
    return not job.in_trouble and not any(each in job.held for each in _NOT_FINE)


def _is_unwatched(job: EvaluatedJob) -> bool:
    if Condition.MUTED in job.held:
        return False
    return Condition.PAUSED in job.held or (Condition.OFF in job.held and not job.in_trouble)


def _last_failure(views: Iterable[JobView]) -> Millis | None:
    failing = (view.health for view in views if view.health.failing)
    starts = (each.last_failed or each.last_start for each in failing)
    return max((start for start in starts if start is not None), default=None)
