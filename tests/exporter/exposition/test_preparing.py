"""What is prepared between scrapes, and by the thread that prepares."""

import gzip
import math
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.cli.working import working
from exporter.exposition import Exposition
from exporter.exposition.preparing import Preparing
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.model import Status
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import DAY, HOUR, Millis
from tests.exporter.exposition import oracle
from tests.support.daemon import CREATED
from tests.support.strategies.state import START, job_named, server_named, stored_run

JOBS = st.integers(1, 4)
STEPS = st.lists(
    st.tuples(st.sampled_from(["report", "remove", "prepare", "text", "gzip"]), JOBS), max_size=25
)
WAIT_SECONDS = 30.0
MANY = 30


class Fixture:
    """A fleet of jobs that come, change and go, and its exposition."""

    def __init__(self) -> None:
        self.now: Millis = START
        self.fleet = Fleet(SchedulePolicy(), CREATED)
        self.fleet.apply(Change(servers=(server_named("nas", 1),)))
        self.exposition = Exposition(self.fleet, lambda: self.now, SelfMetrics("1", lambda: 0))

    def report(self, job_id: int) -> None:
        """Record a run; it fails at each third of them."""
        self.now += 7 * HOUR
        status = Status.ERROR if self.now // HOUR % 3 == 0 else Status.SUCCESS
        runs = [stored_run(self.now - DAY), stored_run(self.now, status=status)]
        self.fleet.apply(Change(jobs=(job_named(f"job {job_id}", runs, job_id, 1),)))

    def remove(self, job_id: int) -> None:
        """Delete a job, if there is one."""
        if self.fleet.job(job_id) is not None:
            self.fleet.apply(Change(removed_jobs=(job_id,)))

    def text(self) -> bytes:
        """Scrape the fleet's families."""
        return b"".join(self.exposition.text().fleet)

    def unpacked(self) -> bytes:
        """Scrape compressed."""
        return gzip.decompress(b"".join(self.exposition.text_gzip()))


@given(STEPS)
def test_a_scrape_is_that_of_an_unprepared_daemon_after_any_history(
    steps: list[tuple[str, int]],
) -> None:
    fixture = Fixture()
    for step, job_id in steps:
        expected = oracle.text(fixture.fleet, fixture.now)
        match step:
            case "report":
                fixture.report(job_id)
            case "remove":
                fixture.remove(job_id)
            case "prepare":
                fixture.exposition.prepare()
            case "text":
                assert fixture.text() == expected
            case _:
                assert fixture.unpacked().startswith(expected)


class Interleaving:
    """Does a step in each pause of a preparation, in which it has given up its locks."""

    def __init__(self, fixture: Fixture, steps: list[tuple[str, int]]) -> None:
        self.fixture = fixture
        self.steps = steps
        self.inside = False

    def pause(self, _seconds: float) -> None:
        """Do the next step in the place of a pause, except in a pause of the step itself."""
        if self.inside or not self.steps:
            return
        self.inside = True
        self.do(*self.steps.pop(0))
        self.inside = False

    def do(self, step: str, job_id: int) -> None:
        """Do a step; a scrape has to be that of an unprepared daemon."""
        match step:
            case "report":
                self.fixture.report(job_id)
            case "remove":
                self.fixture.remove(job_id)
            case "time":
                self.fixture.now += 9 * HOUR
            case "text":
                assert self.fixture.text() == oracle.text(self.fixture.fleet, self.fixture.now)
            case _:
                expected = oracle.text(self.fixture.fleet, self.fixture.now)
                assert self.fixture.unpacked().startswith(expected)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["report", "remove", "time", "text", "gzip"]), st.integers(1, MANY)
        ),
        max_size=12,
    ),
    st.sampled_from(["text", "gzip"]),
)
def test_a_scrape_is_whole_at_any_moment_of_a_preparation(
    steps: list[tuple[str, int]], scrape: str
) -> None:
    fixture = Fixture()
    for job_id in range(1, MANY + 1):
        fixture.report(job_id)
    interleaving = Interleaving(fixture, steps)
    interleaving.do(scrape, 1)
    for job_id in range(1, MANY + 1, 2):
        fixture.report(job_id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", interleaving.pause)
        fixture.exposition.prepare()
    expected = oracle.text(fixture.fleet, fixture.now)
    assert fixture.text() == expected
    assert fixture.unpacked().startswith(expected)


def test_scrapes_beside_a_preparation_are_whole() -> None:
    fixture = Fixture()
    for _ in range(3):
        for job_id in range(1, MANY + 1):
            fixture.report(job_id)
        expected = oracle.text(fixture.fleet, fixture.now)
        preparing = threading.Thread(target=fixture.exposition.prepare)
        preparing.start()
        assert fixture.text() == expected
        assert fixture.unpacked().startswith(expected)
        preparing.join()
        assert fixture.text() == expected


def test_a_deadline_that_passes_after_the_preparation_is_in_the_scrape() -> None:
    fixture = Fixture()
    fixture.report(1)
    fixture.exposition.prepare()
    fixture.now += 30 * DAY
    assert fixture.text() == oracle.text(fixture.fleet, fixture.now)


def test_the_thread_prepares_what_changed_after_a_scrape() -> None:
    fixture = Fixture()
    prepared = threading.Event()
    prepare = fixture.exposition.prepare

    def note() -> None:
        prepare()
        prepared.set()

    fixture.exposition.prepare = note  # type: ignore[method-assign] # a fake
    fixture.text()
    with working(Preparing(fixture.exposition)):
        fixture.report(1)
        assert prepared.wait(WAIT_SECONDS)
        assert not fixture.exposition.changed.is_set()
    assert fixture.text() == oracle.text(fixture.fleet, fixture.now)


class Unwatched:
    """An exposition in which much changes, and which fails or is not scraped."""

    def __init__(self, scraped: float) -> None:
        self.changed = threading.Event()
        self.changed.set()
        self.scraped = scraped
        self.asked = threading.Event()

    def prepare(self) -> None:
        self.asked.set()
        raise ZeroDivisionError("a bug")


def test_nothing_is_prepared_where_nobody_scrapes() -> None:
    exposition = Unwatched(-math.inf)
    preparing = Preparing(exposition)
    assert preparing.prepare() > 1
    assert not exposition.asked.is_set()


def test_a_bug_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    exposition = Unwatched(time.monotonic())
    with working(Preparing(exposition)):
        assert exposition.asked.wait(WAIT_SECONDS)
    assert "preparing a scrape failed" in caplog.text
