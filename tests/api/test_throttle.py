"""Wrong tries are bounded, of an address and in all, and forgotten."""

from api.throttle import IN_ALL, PER_ADDRESS, WINDOW, Throttle
from exporter.times import DAY
from tests.support.daemon import SENDER, Clock


def test_an_address_has_some_tries_in_a_window() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert [throttle.admits(SENDER) for _ in range(PER_ADDRESS + 1)] == [True] * 5 + [False]
    assert throttle.admits("192.0.2.8")
    clock.now += WINDOW - 1
    assert not throttle.admits(SENDER)
    clock.now += 1
    assert throttle.admits(SENDER)


def test_all_addresses_together_have_some_too() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert all(throttle.admits(f"2001:db8::{number:x}") for number in range(IN_ALL))
    assert not throttle.admits(SENDER)
    clock.now += WINDOW
    assert throttle.admits(SENDER)


def test_who_knows_the_token_is_forgiven() -> None:
    throttle = Throttle(Clock())
    for _ in range(100):
        assert throttle.admits(SENDER)
        throttle.forgive(SENDER)


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    while throttle.admits(SENDER):
        pass
    clock.now -= DAY
    assert throttle.admits(SENDER)
