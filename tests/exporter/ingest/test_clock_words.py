"""What is said of a clock stays the same for a second, so that answers can be kept as long."""

from collections.abc import Callable

import pytest

from exporter.ingest import clock_words
from exporter.times import DAY, MINUTE, SECOND, Millis, parse_timestamp

NOW = parse_timestamp("2026-06-15T10:00:00Z")
SAYINGS: dict[str, Callable[[Millis], str]] = {
    "too early": clock_words.too_early,
    "behind": lambda now: clock_words.behind(now, NOW + MINUTE),
    "ahead": lambda now: clock_words.ahead(now, DAY),
}


@pytest.mark.parametrize("saying", SAYINGS.values(), ids=SAYINGS.keys())
def test_a_second_changes_what_is_said_and_less_does_not(saying: Callable[[Millis], str]) -> None:
    assert "says 2026-06-15T10:00:00.000Z" in saying(NOW)
    assert saying(NOW) == saying(NOW + SECOND - 1)
    assert saying(NOW) != saying(NOW + SECOND)
