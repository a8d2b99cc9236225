"""Whose turn it is to pull from a server."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.pull.turns import REST, PullTurns
from exporter.times import SECOND
from tests.support.daemon import NOW, Clock

STEPS = st.lists(st.sampled_from(["planned", "at once", "end", "second", "minute"]), max_size=30)


@given(STEPS)
def test_no_server_is_pulled_twice_at_a_time_nor_at_once_within_a_minute(steps: list[str]) -> None:
    clock = Clock(NOW)
    turns, pulled, ended = PullTurns(clock), False, None
    for step in steps:
        if step == "planned":
            assert turns.begin("nas") is not pulled
            pulled = True
        elif step == "at once":
            rested = ended is None or clock.now - ended >= REST
            began = turns.begin_at_once("nas")
            assert began is (rested and not pulled)
            pulled = pulled or began
        elif step == "end" and pulled:
            turns.end("nas")
            pulled, ended = False, clock.now
        else:
            clock.now += REST if step == "minute" else SECOND
        assert turns.ended_since("nas", NOW) is (ended is not None and not pulled)
        assert turns.begin("other")
        turns.end("other")


def test_a_clock_that_is_set_back_stops_no_pull() -> None:
    clock = Clock(NOW)
    turns = PullTurns(clock)
    assert turns.begin("nas")
    turns.end("nas")
    clock.now -= 10 * REST
    assert turns.begin_at_once("nas")
