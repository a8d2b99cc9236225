"""How many jobs there are, and of how many each condition holds. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from exporter.conditions.evaluate import (
    EvaluatedJob,
    Held,
    evaluate_all,
    in_trouble,
    is_excused,
)
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
    which a job is failing, None where none is; `excused` is of how many jobs each trouble or
    notice holds that a person muted or paused. They are in `held` and not among the troubles;
    `in_trouble` are the jobs for which any of the troubles holds.
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
        failures = [at for at in map(failed_at, jobs) if at is not None]
        alike = Counter(job.held for job in jobs)
        return cls.of_alike(alike, errored, max(failures, default=None))

    @classmethod
    def of_alike(
        cls, alike: Mapping[Held, int], errored: int, last_failure: Millis | None
    ) -> "StatusSummary":
        """Count jobs by how many there are for which the same holds."""
        return cls(
            jobs=sum(alike.values()),
            held=_by_condition(alike),
            fine=_number(alike, _is_fine),
            unwatched=_number(alike, _is_unwatched),
            errored=errored,
            last_failure=last_failure,
            excused=_told({held: alike[held] for held in filter(is_excused, alike)}),
            in_trouble=_number(alike, lambda held: in_trouble(held) and not is_excused(held)),
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
        found = (each for each in self.held if each.is_trouble and self.troubled(each))
        return sorted(found, key=lambda each: each.rank)


def failed_at(job: EvaluatedJob) -> Millis | None:
    """Return the start of the newest run for which a job is failing and troubles somebody."""
    health = job.view.health
    if not health.failing or job.is_excused:
        return None
    return health.last_failed or health.last_start


def _number(alike: Mapping[Held, int], chosen: Callable[[Held], bool]) -> int:
    return sum(number for held, number in alike.items() if chosen(held))


def _by_condition(alike: Mapping[Held, int]) -> Mapping[Condition, int]:
    counts: Counter[Condition] = Counter()
    for held, number in alike.items():
        for each in held:
            counts[each] += number
    return counts


def _told(alike: Mapping[Held, int]) -> Mapping[Condition, int]:
    counts = _by_condition(alike)
    return {each: number for each, number in counts.items() if each.severity.is_told}


def _is_fine(held: Held) -> bool:
    return not in_trouble(held) and not any(each in held for each in _NOT_FINE)


def _is_unwatched(held: Held) -> bool:
    if Condition.MUTED in held:
        return False
    return Condition.PAUSED in held or (Condition.OFF in held and not in_trouble(held))
