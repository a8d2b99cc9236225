from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.exposition.cache import RenderedFamilies
from exporter.exposition.families import JOB_FAMILIES, RUNNING_FAMILIES, JobSnapshot
from exporter.exposition.families.snapshot import of_job
from exporter.exposition.job_lines import RenderedJobs
from exporter.fleet import Fleet
from exporter.schedule.policy import SchedulePolicy
from exporter.times import DAY, Millis
from tests.exporter.exposition.samples import COUNTED
from tests.support.daemon import CREATED
from tests.support.strategies.state import (
    START,
    change_of,
    job_named,
    server_named,
    stored_run,
)

FAMILIES = (*JOB_FAMILIES, *RUNNING_FAMILIES)


def snapshot(runs: int, now: Millis) -> JobSnapshot:
    """Return a job after some runs, of which some count their files."""
    fleet = Fleet(SchedulePolicy(), CREATED)
    starts = [START + number * DAY for number in range(runs)]
    stored = [stored_run(start, counts=COUNTED) for start in starts[::2]]
    stored += [stored_run(start) for start in starts[1::2]]
    fleet.apply(change_of(server_named("nas"), job_named("Photos", stored)))
    return JobSnapshot.from_view(fleet.jobs()[0], now)


KNOWN = [snapshot(runs, START + later * DAY) for runs in range(1, 5) for later in (0, 9)]
SNAPSHOTS = st.builds(
    replace,
    st.sampled_from(KNOWN),
    labels=st.sampled_from([("1", "nas", "Photos"), ("1", 'n"as', "Photos"), ("1", "nas", "B")]),
    unreported=st.none() | st.just(START),
    tags=st.sampled_from([(), ("prod",)]),
)
STEPS = st.lists(st.tuples(st.sampled_from([1, 2, 40]), SNAPSHOTS | st.none()), max_size=12)


def texts(rendered: RenderedFamilies[JobSnapshot]) -> list[list[bytes]]:
    return [family.blocks() for family in rendered.families]


@given(STEPS)
def test_lines_are_those_of_a_whole_rendering(
    steps: Sequence[tuple[int, JobSnapshot | None]],
) -> None:
    compared, whole = RenderedJobs(FAMILIES), RenderedFamilies("job_id", FAMILIES)
    for job_id, job in steps:
        for rendered in (compared, whole):
            if job is None:
                rendered.remove(job_id)
            else:
                rendered.put(job_id, job)
        assert texts(compared) == texts(whole)


def test_what_failed_once_is_written_again() -> None:
    def value(job: JobSnapshot) -> float:
        if job.tags:
            raise ZeroDivisionError
        return 1

    rendered = RenderedJobs((of_job("one", "One.", lambda _: 1), of_job("two", "Two.", value)))
    rendered.put(1, KNOWN[0])
    before = texts(rendered)
    with rendered.isolate_errors(1):
        rendered.put(1, replace(KNOWN[0], tags=("prod",)))
    assert texts(rendered) == [[], []]
    assert rendered.failed == {1}
    rendered.put(1, KNOWN[0])
    assert texts(rendered) == before
    assert not rendered.failed


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0, -1.0, 2.0**63])
def test_every_value_is_written_as_it_is(value: float) -> None:
    family = of_job("one", "One.", lambda _: value)
    compared, whole = RenderedJobs((family,)), RenderedFamilies("job_id", (family,))
    for rendered in (compared, whole):
        rendered.put(1, KNOWN[0])
        rendered.put(1, KNOWN[1])
    assert texts(compared) == texts(whole)
