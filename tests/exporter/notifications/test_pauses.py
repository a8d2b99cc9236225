"""When a message is tried again, and when it is given up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.model.notifications import MessageOutcome
from exporter.notifications import pauses
from exporter.times import DAY, HOUR, MINUTE, SECOND
from tests.exporter.notifications.messages import CREATED, message


@pytest.mark.parametrize(
    ("attempts", "pause"),
    [
        (0, 30 * SECOND),
        (1, 30 * SECOND),
        (2, MINUTE),
        (3, 2 * MINUTE),
        (4, 5 * MINUTE),
        (5, 10 * MINUTE),
        (6, 30 * MINUTE),
        (7, HOUR),
        (8, HOUR),
        (1000, HOUR),
    ],
)
def test_the_pauses_grow_to_an_hour(attempts: int, pause: int) -> None:
    assert pauses.pause_after(attempts) == pause


@given(st.integers(1, 200), st.integers(0, 5 * DAY))
def test_it_is_given_up_after_three_days_and_not_before(attempts: int, age: int) -> None:
    ended = pauses.failed(replace(message(), attempts=attempts), "refused", CREATED + age)
    assert ended.error == "refused"
    if age >= 3 * DAY:
        assert (ended.outcome, ended.ended) == (MessageOutcome.GIVEN_UP, CREATED + age)
    else:
        assert ended.outcome is None
        assert CREATED + age < ended.next_attempt <= CREATED + 3 * DAY


def test_what_was_accepted_has_ended() -> None:
    ended = pauses.sent(message(), CREATED + 7)
    assert (ended.outcome, ended.ended) == (MessageOutcome.SENT, CREATED + 7)


@pytest.mark.parametrize(
    ("ahead", "left"), [(-DAY, 0), (0, 0), (1, 1), (HOUR, HOUR), (HOUR + 1, 0), (9 * DAY, 0)]
)
def test_a_clock_that_was_set_back_delays_nothing(ahead: int, left: int) -> None:
    waiting = replace(message(), next_attempt=CREATED + ahead)
    assert pauses.time_until(waiting, CREATED) == left
