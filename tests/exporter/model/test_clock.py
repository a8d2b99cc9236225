"""When reports came that a wrong clock stamped: each case is a stamp and what is known since."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.model.clock import NOT_BEFORE, ClockReading, Stamp, Watch, agrees, arrival, steady
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.support.daemon import NOW, Clock

YEARS = 11 * 365 * DAY
BEHIND = NOW - 6 * 365 * DAY


@pytest.mark.parametrize(
    ("stamp", "moment", "right"),
    [
        pytest.param(Stamp(1, NOW - DAY, NOW - DAY), ClockReading(NOW), NOW - DAY, id="right"),
        pytest.param(
            Stamp(1, NOW - DAY, None), ClockReading(NOW), NOW - DAY, id="right-and-untold"
        ),
        pytest.param(
            Stamp(1, NOW + YEARS, NOW - MINUTE), ClockReading(NOW), NOW - MINUTE, id="ahead-then"
        ),
        pytest.param(
            Stamp(1, NOW + YEARS, NOW + YEARS), ClockReading(NOW), NOW + YEARS, id="which-is-wrong"
        ),
        pytest.param(
            Stamp(1, NOW + YEARS, NOW + YEARS),
            ClockReading(NOW, sure=True),
            NOW,
            id="ahead-as-its-sender",
        ),
        pytest.param(
            Stamp(1, NOW + YEARS, None), ClockReading(NOW), NOW + YEARS, id="ahead-untold"
        ),
        pytest.param(
            Stamp(1, NOW + YEARS, None, NOW - HOUR),
            ClockReading(NOW, sure=True),
            NOW - HOUR,
            id="doubted",
        ),
        pytest.param(
            Stamp(5, NOW + YEARS - MINUTE, None),
            ClockReading(NOW, by=-YEARS, since=4),
            NOW - MINUTE,
            id="untold-before-a-jump-back",
        ),
        pytest.param(
            Stamp(4, NOW + YEARS - MINUTE, None),
            ClockReading(NOW, by=-YEARS, since=4),
            NOW + YEARS - MINUTE,
            id="untold-before-another-jump",
        ),
        pytest.param(
            Stamp(1, NOW - DAY, NOW - MINUTE, BEHIND),
            ClockReading(NOW),
            NOW - MINUTE,
            id="behind-then",
        ),
        pytest.param(
            Stamp(1, NOW - DAY, None, BEHIND), ClockReading(NOW), NOW - DAY, id="behind-then-untold"
        ),
        pytest.param(
            Stamp(1, NOW - DAY, NOW + YEARS, BEHIND), ClockReading(NOW), NOW - DAY, id="both-wrong"
        ),
        pytest.param(
            Stamp(5, NOW - DAY, None, BEHIND),
            ClockReading(NOW, by=NOW - BEHIND - HOUR, since=4),
            NOW - HOUR,
            id="behind-before-a-jump",
        ),
        pytest.param(
            Stamp(5, NOW - 3 * DAY, NOW - 2 * MINUTE),
            ClockReading(NOW, by=3 * DAY - MINUTE, since=4),
            NOW - MINUTE,
            id="a-little-behind-before-a-jump",
        ),
        pytest.param(
            Stamp(5, NOW - 3 * DAY, NOW - 3 * DAY),
            ClockReading(NOW, by=3 * DAY, since=4),
            NOW - 3 * DAY,
            id="right-before-a-wrong-jump",
        ),
        pytest.param(
            Stamp(1, NOW - DAY, None, NOW + 20 * DAY),
            ClockReading(NOW + 30 * DAY, by=30 * DAY, since=4),
            NOW + 20 * DAY,
            id="put-back-by-a-clock-that-was-behind",
        ),
        pytest.param(
            Stamp(1, NOW - DAY, None, NOW + 20 * DAY),
            ClockReading(NOW + 30 * DAY),
            NOW - DAY,
            id="put-back-for-good",
        ),
    ],
)
def test_a_report_came_when_two_clocks_say_so(
    stamp: Stamp, moment: ClockReading, right: Millis
) -> None:
    assert arrival(stamp, moment) == right


moments = st.integers(NOT_BEFORE, NOW + YEARS)
stamps = st.builds(Stamp, st.integers(0, 9), moments, st.none() | moments, st.none() | moments)


@given(stamp=stamps, now=moments, by=st.integers(-YEARS, YEARS), since=st.integers(0, 9))
def test_a_sure_clock_leaves_no_report_in_the_future(
    stamp: Stamp, now: Millis, by: Millis, since: int
) -> None:
    assert arrival(stamp, ClockReading(now, by, since, sure=True)) <= now + 5 * MINUTE


@given(stamp=stamps, now=moments, sure=st.booleans())
def test_what_was_put_right_stays(stamp: Stamp, now: Millis, sure: bool) -> None:  # noqa: FBT001 - drawn
    reading = ClockReading(now, sure=sure)
    right = arrival(stamp, reading)
    clock = stamp.received if stamp.clock is None and right != stamp.received else stamp.clock
    assert arrival(Stamp(stamp.run_id, right, stamp.reported, clock), reading) == right


@pytest.mark.parametrize(
    ("told", "says_so"),
    [
        (NOW, True),
        (NOW - 15 * MINUTE, True),
        (NOW - 16 * MINUTE, False),
        (NOW + 5 * MINUTE, True),
        (NOW + 6 * MINUTE, False),
        (None, False),
    ],
)
def test_a_sender_agrees_whose_run_ended_just_now(told: Millis | None, says_so: bool) -> None:  # noqa: FBT001 - a column
    assert agrees(told, NOW) is says_so


def test_no_sender_agrees_with_a_clock_that_is_older_than_this_program() -> None:
    assert not agrees(BEHIND, NOT_BEFORE - 1)


@pytest.mark.parametrize("by", [YEARS, -YEARS, 6 * MINUTE, -6 * MINUTE])
def test_a_clock_that_is_set_jumps_once(by: Millis) -> None:
    clock, count = Clock(), Clock(0)
    watch = Watch(clock, count)
    clock.now += DAY
    count.now += DAY - SECOND
    assert watch.jumped() == 0
    clock.now += by + HOUR
    count.now += HOUR
    assert watch.jumped() == by
    assert watch.jumped() == 0


def test_a_clock_that_is_put_right_bit_by_bit_does_not_jump() -> None:
    clock, count = Clock(), Clock(0)
    watch = Watch(clock, count)
    for _ in range(100):
        clock.now += 4 * MINUTE
        assert watch.jumped() == 0


def test_the_count_goes_on() -> None:
    before = steady()
    assert steady() >= before
