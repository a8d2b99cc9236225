"""A fleet whose lines are mostly kept compressed, beside one whose lines are all text."""

import gzip
from collections.abc import Sequence

import pytest

from exporter.exposition import ALL, Exposition, Selection, cache
from exporter.exposition.kept_lines import KeptTexts
from exporter.exposition.scrape import Part
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.jobs.job import Job
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import DAY
from tests.support.daemon import CREATED
from tests.support.strategies.state import START, job_named, server_named, stored_run

NOW = START + 9 * DAY
SERVER = server_named("nas")
PICKED = Selection(frozenset({"duplistatus_backup_job_info", "duplistatus_server_info"}))
SELECTIONS = (ALL, PICKED, Selection(servers=(1,)), Selection(part=Part.FLEET))


def jobs(runs: int, ids: range) -> Sequence[Job]:
    stored = [stored_run(START + number * DAY) for number in range(runs)]
    first = job_named("Photos", stored)
    return [Job.of(each, 1, f"Backup {each}", first.state, first.settings) for each in ids]


class Pair:
    """Two fleets that are told the same, and their expositions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fleets = [Fleet(SchedulePolicy(), CREATED) for _ in range(2)]
        self.whole = self._exposition(self.fleets[0])
        monkeypatch.setattr(cache, "KeptTexts", lambda: KeptTexts(3))
        self.small = self._exposition(self.fleets[1])

    def apply(self, change: Change) -> None:
        for fleet in self.fleets:
            fleet.apply(change)

    @staticmethod
    def _exposition(fleet: Fleet) -> Exposition:
        return Exposition(fleet, lambda: NOW, SelfMetrics("1", lambda: 0))


def text(exposition: Exposition, selection: Selection) -> bytes:
    return b"".join(exposition.text(selection).fleet)


def test_both_tell_the_same_after_each_change(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair(monkeypatch)
    for change in (
        Change((SERVER,), tuple(jobs(2, range(1, 600)))),
        Change((), tuple(jobs(3, range(5, 600, 90)))),
        Change((), (), (), (), tuple(range(300, 400))),
    ):
        pair.apply(change)
        for selection in SELECTIONS:
            assert text(pair.small, selection) == text(pair.whole, selection)
        packed = gzip.decompress(b"".join(pair.small.text_gzip()))
        assert packed.startswith(text(pair.whole, ALL))
    assert text(pair.whole, ALL).count(b"duplistatus_backup_overdue{") == 499


def test_a_large_fleet_is_joined_for_each_scrape_and_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = Pair(monkeypatch)
    pair.apply(Change((SERVER,), tuple(jobs(2, range(1, 600)))))
    assert pair.whole.text().fleet is pair.whole.text().fleet
    assert pair.small.text().fleet is not pair.small.text().fleet
