"""A fleet that was backed up every day, whose jobs differ as those of real fleets do."""

from typing import NamedTuple

from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis

JOBS_OF_A_SERVER = 8
NAMES = ("Documents", "Photos", "Mail", "Databases", "System", "Music", "Projects", "Home")
SIZES = 32
"""Sources of so many sizes: two jobs of one size have equal counts."""

_SPREAD: Millis = 22 * HOUR
"""The runs of a day begin within this time, and the longest one ends within the day."""

_STEP = 7919
"""A prime, so that neighbouring jobs neither start together nor fail together."""


class Habit(NamedTuple):
    """How the runs of some jobs end: `newest` the last ones, the newest first, then `earlier`.

    `absent` is for how long there was no run.
    """

    share: int
    newest: str
    earlier: str
    absent: Millis = 0

    def ending(self, ago: int) -> str:
        """Return how a run ended: the newest is none ago."""
        if ago < len(self.newest):
            return self.newest[ago]
        return self.earlier[(ago - len(self.newest)) % len(self.earlier)]


HABITS = (
    Habit(88, "", "s"),
    Habit(5, "", "ssssswe"),
    Habit(3, "www", "s"),
    Habit(2, "ee", "s"),
    Habit(2, "", "s", 4 * DAY),
)
"""Out of a hundred jobs; s is a success, w has warnings, e failed."""


class FilledJob(NamedTuple):
    """A job by its number, from 0."""

    number: int

    @property
    def server(self) -> int:
        """The server's number, from 0."""
        return self.number // JOBS_OF_A_SERVER

    @property
    def name(self) -> str:
        """The name of the backup."""
        return f"{NAMES[self.number % len(NAMES)]}-{self.number}"

    @property
    def backup_id(self) -> str:
        """What Duplicati calls the backup, whatever its name."""
        return f"DB-{self.number}"

    @property
    def size(self) -> int:
        """The size of its source, from 0."""
        return self.number * _STEP // 100 % SIZES

    @property
    def habit(self) -> int:
        """Which habit it has."""
        place = self.number * _STEP % 100
        for number, habit in enumerate(HABITS):
            place -= habit.share
            if place < 0:
                return number
        raise AssertionError(place)

    @property
    def offset(self) -> Millis:
        """When its runs begin, after the beginning of the day; before it for an absence.

        In whole seconds: Duplicati tells the next start in these.
        """
        of_day = self.number * _STEP * SECOND % _SPREAD
        return of_day - HABITS[self.habit].absent


class FilledRun(NamedTuple):
    """A run of a job."""

    job: FilledJob
    began: Millis
    ending: str

    @property
    def ended(self) -> Millis:
        """When it ended: the larger its source, the later."""
        return self.began + length(self.job.size)


class FilledFleet(NamedTuple):
    """So many jobs that ran on so many days before a time."""

    jobs: int
    days: int
    until: Millis

    @property
    def first(self) -> Millis:
        """When the first day began."""
        return self.until - self.days * DAY

    def run(self, number: int) -> FilledRun:
        """Return a run by its number: one of each job on the first day, then on the next one."""
        day, job = divmod(number, self.jobs)
        return self.of_job(FilledJob(job), day)

    def of_job(self, job: FilledJob, day: int) -> FilledRun:
        """Return the run of a job on a day, from 0."""
        ending = HABITS[job.habit].ending(self.days - 1 - day)
        return FilledRun(job, self.first + day * DAY + job.offset, ending)


def length(size: int) -> Millis:
    """Return how long a run takes for a source of this size."""
    return (size + 1) * MINUTE
