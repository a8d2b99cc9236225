"""Which runs that ended well are kept until their reports come."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import msgpack

from exporter.model import CLOCK_TOLERANCE
from exporter.model.live import BEFORE_ALL, REPORT_TIMEOUT, LiveRun
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.strategies.state import START, activity_of

PAUSES = st.lists(st.integers(2 * MINUTE, 3 * HOUR), min_size=1, max_size=12)


def told(starts: list[Millis]) -> LiveRun:
    """Return what is kept of runs of a minute that all ended well."""
    first, *others = (activity_of(start, start + MINUTE, ended=True) for start in starts)
    run = LiveRun.first(first, first.began + MINUTE)
    for activity in others:
        run = run.with_report(activity, activity.began + MINUTE)
    return run


def starts_after(pauses: list[Millis]) -> list[Millis]:
    return [START + sum(pauses[:number]) for number in range(len(pauses))]


def missing_from(run: LiveRun, now: Millis) -> list[Millis]:
    runs = run.awaited(BEFORE_ALL)
    return [each.since for each in runs if each.unreported_from <= now]


@given(PAUSES, st.integers(0, DAY))
def test_however_many_runs_are_missing_the_first_and_the_newest_are_known(
    pauses: list[Millis], later: Millis
) -> None:
    starts = starts_after(pauses)
    run, now = told(starts), starts[-1] + MINUTE + later
    all_missing = [start for start in starts if start + MINUTE + REPORT_TIMEOUT <= now]
    found = missing_from(run, now)
    assert found[:1] == all_missing[:1]
    assert len(run.earlier) <= 4
    if later >= REPORT_TIMEOUT:
        assert found[-1] == all_missing[-1]


@given(PAUSES, st.integers(0, 12))
def test_a_report_ends_the_run_and_those_before_it(pauses: list[Millis], place: int) -> None:
    starts = starts_after(pauses)
    until = starts[place % len(starts)]
    left = told(starts).awaited(until)
    assert all(run.since > until for run in left)
    assert (left == ()) == (until == starts[-1])
    assert told(starts).awaiting(until).awaited(BEFORE_ALL)[:-1] == left[:-1]


@given(st.integers(-DAY, DAY))
def test_an_end_is_as_its_sender_says_where_that_agrees_with_its_arrival(late: Millis) -> None:
    heard = START + DAY
    run = LiveRun.first(activity_of(START, heard - late, ended=True), heard)
    agrees = 0 <= late <= CLOCK_TOLERANCE
    assert run.last_reported == (heard - late if agrees else heard)
    assert run.unreported_from == run.last_reported + REPORT_TIMEOUT


@given(PAUSES)
def test_they_are_stored_with_the_newest_run_and_without_details(pauses: list[Millis]) -> None:
    run = told(starts_after(pauses))
    assert msgpack.Decoder(LiveRun).decode(msgpack.encode(run)) == run
    assert all(each.earlier == () and not each.activity.lines for each in run.earlier)


def test_what_an_earlier_version_stored_is_read() -> None:
    run = told([START])
    stored = msgpack.decode(msgpack.encode(run))[:3]
    stored[0] = stored[0][:-1]
    assert msgpack.Decoder(LiveRun).decode(msgpack.encode(stored)) == run


@given(PAUSES, st.integers(-DAY, DAY))
def test_a_clock_that_is_set_moves_them_all_and_dates_none_after_the_present(
    pauses: list[Millis], by: Millis
) -> None:
    run = told(starts_after(pauses))
    now = run.heard + by
    shifted = run.shifted(by, now)
    assert len(shifted.awaited(BEFORE_ALL)) == len(run.awaited(BEFORE_ALL))
    assert all(each.last_reported <= now for each in shifted.awaited(BEFORE_ALL))
