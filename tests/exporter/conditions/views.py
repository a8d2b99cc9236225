"""Jobs as the fleet shows them, by their runs."""

from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.jobs.job import Job
from exporter.model import (
    Counts,
    JobSettings,
    Status,
    StoredRun,
)
from exporter.schedule.policy import SchedulePolicy
from exporter.times import DAY, HOUR, Millis
from tests.support.daemon import CREATED
from tests.support.strategies.state import (
    START,
    activity_of,
    change_of,
    fold,
    server_named,
    stored_run,
)

DAYS = 5
LAST = START + (DAYS - 1) * DAY
NOW = LAST + HOUR
MONTH_LATER = LAST + 30 * DAY
SUCCESS, WARNING, ERROR, STOPPED = (
    Status.SUCCESS,
    Status.WARNING,
    Status.ERROR,
    Status.INTERRUPTED,
)


def daily(*, last: Status = Status.SUCCESS, sizes: tuple[int, ...] = (10**9,)) -> list[StoredRun]:
    """Return a run a day, the last one or more of another status or size."""
    found = [sizes[0]] * (DAYS - len(sizes)) + list(sizes)
    statuses = [Status.SUCCESS] * (DAYS - 1) + [last]
    return [
        stored_run(START + day * DAY, status=status, counts=Counts(examined_bytes=size))
        for day, (status, size) in enumerate(zip(statuses, found, strict=True))
    ]


def fleet_of(
    runs: list[StoredRun], settings: JobSettings | None = None, name: str = "Photos"
) -> Fleet:
    fleet = Fleet(SchedulePolicy(), CREATED)
    job = Job.of(1, 1, name, fold(runs), settings or JobSettings())
    fleet.apply(change_of(server_named("nas"), job))
    return fleet


def view_of(runs: list[StoredRun], settings: JobSettings | None = None) -> JobView:
    return view_named("Photos", runs, settings)


def view_named(name: str, runs: list[StoredRun], settings: JobSettings | None = None) -> JobView:
    view = fleet_of(runs, settings, name).job(1)
    assert view is not None
    return view


def heard(runs: list[StoredRun], began: Millis, last_heard: Millis) -> JobView:
    fleet = fleet_of(runs)
    fleet.apply_live_report(1, activity_of(began, began), began)
    fleet.apply_live_report(1, activity_of(began, last_heard), last_heard)
    view = fleet.job(1)
    assert view is not None
    return view


def row(*statuses: Status) -> list[StoredRun]:
    """Return a run a day of these statuses."""
    return [stored_run(START + day * DAY, status=each) for day, each in enumerate(statuses)]
