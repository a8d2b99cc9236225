"""The commands, for a moment each."""

from pathlib import Path

from tests.soak import kills, outage


def test_kills_at_random_moments_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    assert kills.run(tmp_path, rounds=3) == []


def test_senders_that_all_try_again_at_once_are_recorded_once_each(tmp_path: Path) -> None:
    assert outage.run(tmp_path, senders=200) == []
