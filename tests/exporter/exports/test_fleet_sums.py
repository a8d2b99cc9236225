"""What a job adds to the fleet's figures in the past."""

from msgspec.structs import replace

from exporter.exports import TimeGrid
from exporter.exports.fleet_sums import Share
from exporter.exports.replay import timeline
from exporter.model import JobSettings, Status, unnamed
from exporter.schedule import Schedule
from exporter.store import JobHistory
from exporter.times import DAY, HOUR, Millis
from tests.support.strategies.state import START, job_named, server_named, stored_run

GRID = TimeGrid.between(START, START + 4 * DAY, 12 * HOUR)


def failing(name: str, cleared: Millis | None) -> list[int]:
    """Return at each time whether a job counts as failing: it failed, and a day later did not."""
    runs = [stored_run(START, status=Status.ERROR), stored_run(START + DAY)]
    job = replace(job_named(name, runs), settings=JobSettings(cleared=cleared))
    history = JobHistory(server_named("nas"), job, runs, frozenset())
    shares = [Share.from_span(span) for span in timeline(history, Schedule(), GRID)]
    told = {
        slot: share.totals.failing for share in shares for slot in range(share.first, share.end)
    }
    assert sorted(told) == list(range(1, GRID.count))
    return [told[slot] for slot in range(1, GRID.count)]


def test_a_job_fails_until_a_run_completes() -> None:
    assert failing("Photos", None) == [1, 1, 0, 0, 0, 0, 0]
    assert failing("Photos", START + 2 * DAY) == [1, 1, 0, 0, 0, 0, 0]


def test_one_without_a_name_fails_until_a_person_clears_it() -> None:
    assert failing(unnamed("s3"), None) == [1] * 7
    assert failing(unnamed("s3"), START + 2 * DAY) == [1, 1, 1, 0, 0, 0, 0]
    assert failing(unnamed("s3"), START + 30 * DAY) == [1] * 7
    assert failing(unnamed("s3"), START + HOUR) == [0] * 7
