import pytest

from exporter.model.mutes import later_mute, muted_after


@pytest.mark.parametrize(
    ("one", "other", "later"),
    [(None, None, None), (5, None, 5), (None, 5, 5), (5, 7, 7), (7, 5, 7), (0, None, 0)],
)
def test_of_two_mutes_the_later_remains(
    one: int | None, other: int | None, later: int | None
) -> None:
    assert later_mute(one, other) == later


@pytest.mark.parametrize(
    ("until", "now", "left"), [(None, 5, None), (5, 4, 5), (5, 5, None), (5, 6, None)]
)
def test_a_mute_holds_until_its_time(until: int | None, now: int, left: int | None) -> None:
    assert muted_after(until, now) == left
