"""Why a condition holds, in the words of whoever knows."""

from msgspec.structs import replace

from exporter.conditions.causes import cause
from exporter.conditions.evaluate import conditions
from exporter.conditions.since import since
from exporter.fleet.views import JobView
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import (
    UNNAMED,
    Copying,
    CopyOutcome,
    Counts,
    JobSettings,
    SecondCopy,
    Status,
    StoredRun,
    Verification,
)
from exporter.model.conditions import Condition
from exporter.model.declared import Declared
from exporter.model.live import Progress
from exporter.store import Change
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.exporter.conditions.views import (
    DAYS,
    LAST,
    NOW,
    daily,
    fleet_of,
    heard,
    row,
    view_named,
    view_of,
)
from tests.support.strategies.state import START, activity_of, copying_to, stored_run

GIB = 1024**3


def told(view: JobView, now: Millis = NOW) -> dict[Condition, str | None]:
    """Return all that holds, and why."""
    state = view.job.state
    return {each: cause(view, state, each, now) for each in conditions(view, now)}


def ended(status: Status, reason: str | None, **facts: object) -> list[StoredRun]:
    """Return a run a day, the last one with an end of its own."""
    last = stored_run(LAST, status=status, reason=reason, **facts)  # type: ignore[arg-type] # by name
    return [*daily()[:-1], last]


def test_an_overdue_job_was_expected() -> None:
    found = told(view_of(daily()), LAST + 2 * DAY)
    assert found == {Condition.OVERDUE: "expected 2026-01-06 00:00:00 UTC, none came"}


def test_an_overdue_job_that_never_ran_says_so() -> None:
    job = Job.of(1, 1, "Photos", JobState(declared=Declared(START)), JobSettings())
    fleet = fleet_of([])
    fleet.apply(Change(jobs=(job,)))
    (view,) = fleet.jobs()
    assert told(view, START + 2 * DAY) == {
        Condition.OVERDUE: "expected 2026-01-02 00:00:00 UTC, no run ever came",
        Condition.WAITING: None,
    }
    state = view.job.state
    assert since(view, state, Condition.WAITING) == START
    assert since(view, state, Condition.OVERDUE) == START + DAY + 2 * HOUR


def test_a_failing_job_says_what_its_last_run_says() -> None:
    for status in (Status.ERROR, Status.FATAL, Status.UNKNOWN):
        assert told(view_of(ended(status, "no route"))) == {Condition.FAILING: "no route"}
    assert told(view_of(ended(Status.ERROR, None))) == {Condition.FAILING: None}


def test_who_stopped_a_run_says_nothing_of_the_failure_before_it() -> None:
    stopped = replace(
        stored_run(LAST + MINUTE, status=Status.INTERRUPTED, reason="the script said: not now")
    )
    found = told(view_of([*ended(Status.ERROR, "no route"), stopped]))
    assert found == {Condition.FAILING: None, Condition.INTERRUPTED: "the script said: not now"}


def test_a_warning_is_told_as_long_as_it_is_of_the_last_run() -> None:
    warned = ended(Status.WARNING, "a file is locked")
    assert told(view_of(warned)) == {Condition.WARNING: "a file is locked"}
    stopped = stored_run(LAST + MINUTE, status=Status.INTERRUPTED, reason="by hand")
    assert told(view_of([*warned, stopped]))[Condition.WARNING] is None


def test_a_damaged_job_names_the_file_if_the_last_run_tested_it() -> None:
    tested = Verification(LAST, Status.ERROR)
    runs = ended(Status.SUCCESS, "a.dblock failed its test", verification=tested)
    assert told(view_of(runs)) == {Condition.DAMAGED: "a.dblock failed its test"}
    later = stored_run(LAST + MINUTE, reason="nothing of that")
    assert told(view_of([*runs, later])) == {Condition.DAMAGED: None}


def test_a_stale_job_tells_its_last_success_or_that_there_was_none() -> None:
    now = LAST + HOUR
    stopped = row(Status.SUCCESS, *[Status.INTERRUPTED] * (DAYS - 1))
    assert told(view_of(stopped), now)[Condition.STALE] == "last success 4 days ago"
    never = row(*[Status.ERROR] * DAYS)
    found = told(view_of(never), now)[Condition.STALE]
    assert found == "no success since the first run 4 days ago"


def test_a_stalled_job_tells_its_last_phase() -> None:
    fleet = fleet_of(daily())
    began = LAST + DAY
    progress = Progress(phase="Backup_ProcessingFiles")
    fleet.apply_live_report(1, activity_of(began, began, progress), began)
    view = fleet.job(1)
    assert view is not None
    assert told(view, began + 20 * MINUTE) == {
        Condition.STALLED: "last phase reported: processing files"
    }
    silent = heard(daily(), began, began)
    assert told(silent, began + 20 * MINUTE) == {Condition.STALLED: None}


def test_a_shrunken_job_tells_by_how_much() -> None:
    view = view_of(daily(sizes=(760 * GIB, 760 * GIB, 266 * GIB)))
    assert told(view) == {Condition.SHRINKING: "266 GiB, 35 % of the usual 760 GiB"}


def freeing(*free: int) -> JobView:
    """Return a job whose runs found so many gibibytes of a hundred free."""
    counts = [Counts(quota_free_bytes=each * GIB, quota_total_bytes=100 * GIB) for each in free]
    runs = [stored_run(START + day * DAY, counts=each) for day, each in enumerate(counts)]
    return view_of(runs)


def test_a_destination_that_fills_up_tells_what_is_free_and_when_it_is_full() -> None:
    soon = freeing(20, 18, 16, 14)
    now = START + 3 * DAY
    assert told(soon, now) == {Condition.FILLING: "14.0 GiB of 100 GiB free, full in 7 days"}
    assert told(soon, now + 30 * DAY)[Condition.FILLING] == "14.0 GiB of 100 GiB free, full by now"
    assert told(freeing(4), START) == {Condition.FILLING: "4.00 GiB of 100 GiB free"}
    assert told(freeing(0), START) == {Condition.FILLING: "0 B of 100 GiB free, full by now"}


def test_an_unusual_run_tells_what_was_unusual() -> None:
    usual = [
        stored_run(START + day * DAY, counts=Counts(added_files=40), duration=20 * MINUTE)
        for day in range(4)
    ]
    changed = stored_run(START + 4 * DAY, counts=Counts(added_files=12_300))
    both = stored_run(START + 4 * DAY, counts=Counts(added_files=12_300), duration=3 * HOUR)
    words = "12,300 files changed, usually 40"
    now = START + 4 * DAY + HOUR
    assert told(view_of([*usual, changed]), now) == {Condition.UNUSUAL: words}
    assert told(view_of([*usual, both]), now) == {
        Condition.UNUSUAL: f"{words}; it took 3 h, usually 20 min"
    }


def test_a_second_copy_names_the_destination_that_has_had_none_for_the_longest_time() -> None:
    copied = copying_to(START + 2 * MINUTE, CopyOutcome.COPIED, ["file:///a", "ssh://host/b"])
    missed = [Copying(CopyOutcome.MISSED, ()), Copying(CopyOutcome.MISSED, ())]
    runs = [
        stored_run(START + day * DAY, copying=copying)
        for day, copying in enumerate((copied, *missed))
    ]
    found = told(view_of(runs), START + 2 * DAY + HOUR)
    assert found == {Condition.SECOND_COPY: "none to file:///a for 2 days, and 1 more"}


def test_of_several_destinations_the_one_that_is_still_copied_to_is_not_named() -> None:
    both = copying_to(START + 2 * MINUTE, CopyOutcome.COPIED, ["file:///a", "ssh://host/b"])
    runs = [stored_run(START, copying=both)]
    for day in (1, 2, 3):
        made = (SecondCopy("file:///a", START + day * DAY + MINUTE, Status.SUCCESS),)
        copying = Copying(CopyOutcome.MISSED, made)
        runs.append(stored_run(START + day * DAY, copying=copying))
    found = told(view_of(runs), START + 3 * DAY + HOUR)
    assert found == {Condition.SECOND_COPY: "none to ssh://host/b for 3 days"}


def test_a_second_copy_may_never_have_been_made() -> None:
    missed = Copying(CopyOutcome.MISSED, ())
    runs = [stored_run(START + day * DAY, copying=missed) for day in range(2)]
    assert told(view_of(runs), START + DAY + HOUR) == {Condition.SECOND_COPY: "none was ever made"}


def test_reports_without_a_name_may_be_of_several_backups() -> None:
    view = view_named(UNNAMED, daily())
    assert told(view)[Condition.UNNAMED] == "reports name no backup, so they may be of several"


def test_what_is_no_trouble_needs_no_cause() -> None:
    assert told(view_of(daily())) == {Condition.FINE: None}


def test_a_size_of_nothing_is_no_share() -> None:
    runs = [stored_run(START + day * DAY, counts=Counts(examined_bytes=0)) for day in range(DAYS)]
    view = view_of(runs)
    assert cause(view, view.job.state, Condition.SHRINKING, NOW) is None
