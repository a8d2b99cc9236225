"""Every expression asked of a real Prometheus, as Grafana would, over thirty days of a fleet."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import pytest
import requests

from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.grafana.boards import BOARDS, TARGETS, Board, Target
from tests.grafana.every import of_every
from tests.grafana.expressions import FILLED, filled
from tests.grafana.neighbours import ON_ANOTHER, TARGET, with_neighbours
from tests.support.process.commands import BOUND_SECONDS
from tests.tools.synthetic.history import FleetHistory, History
from tests.tools.synthetic.scrapes import DOWN

pytestmark = pytest.mark.not_quick

each_target = of_every(TARGETS)

_ONE_JOB = {**FILLED, "server": "nas", "backup": "Projects"}
"""The dashboard of a job is looked at with one chosen, here one that tells all that there is."""

_RANGES: dict[str, Millis] = {"now-24h": DAY, "now-7d": 7 * DAY, "now-30d": 30 * DAY}

_POINTS = 1000
"""About as many columns of pixels as the widest panel has, and so as many points as are asked."""

_PROMETHEUS_LIMIT = 50_000_000
"""Samples that a query may hold at once: the default of Prometheus's --query.max-samples."""

_JOBS_OF_A_PROVIDER = 10_000
_JOBS_OF_THE_HISTORY = 40


def _board(target: Target) -> Board:
    (found,) = [board for board in BOARDS if board.name == target.board]
    return found


def values_of(target: Target) -> Mapping[str, str]:
    span = _RANGES[_board(target).json["time"]["from"]]
    chosen = _ONE_JOB if target.board == "job" else FILLED
    return {**chosen, "__range": f"{span // SECOND}s"}


def _span(target: Target) -> Millis:
    return _RANGES[_board(target).json["time"]["from"]]


def _step(target: Target) -> Millis:
    points = target.most_points or _POINTS
    least = 1 * DAY if target.json.get("interval") == "1d" else MINUTE
    return max(_span(target) // points, least)


def ask(history: History, target: Target, values: Mapping[str, str]) -> list[dict[str, Any]]:
    expr = filled(target.expr, values)
    if target.json["instant"]:
        return history.query(expr, history.end)
    return history.query_range(expr, history.end - _span(target), history.end, _step(target))


@each_target
def test_every_expression_finds_something(target: Target, history: History) -> None:
    found = ask(history, target, values_of(target))
    assert found
    assert any(value not in ("NaN", "+Inf") for series in found for value in _read(series))


def _read(series: dict[str, Any]) -> list[str]:
    samples = series.get("values") or [series["value"]]
    return [value for _, value in samples]


@each_target
def test_no_expression_holds_more_than_prometheus_allows_for_a_large_fleet(
    target: Target, history: History
) -> None:
    """Samples are counted and not seconds: the count is the same on any machine."""
    held = _most_samples(history, target)
    assert held * (_JOBS_OF_A_PROVIDER / _JOBS_OF_THE_HISTORY) < _PROMETHEUS_LIMIT


def _most_samples(history: History, target: Target) -> int:
    expr = filled(target.expr, {**values_of(target), "server": ".+", "backup": ".+"})
    end = history.end / SECOND
    asked: dict[str, str | float] = {"query": expr, "stats": "all"}
    if target.json["instant"]:
        route = "query"
        asked["time"] = end
    else:
        route = "query_range"
        asked |= {"start": end - _span(target) / SECOND, "end": end, "step": _step(target) / SECOND}
    answer = requests.post(f"{history.url}/api/v1/{route}", data=asked, timeout=BOUND_SECONDS)
    most: int = answer.json()["data"]["stats"]["samples"]["peakSamples"]
    return most


_OF_THIS_MOMENT = [
    target
    for target in TARGETS
    if target.board == "overview" and target.json["instant"] and "__range" not in target.expr
]


@of_every(_OF_THIS_MOMENT)
def test_while_the_exporter_is_down_nothing_looks_fine(target: Target, history: History) -> None:
    """No series, no figure: a panel says that it has no data, and not that there is nothing."""
    down = DOWN[0] + HOUR
    found = history.query(filled(target.expr, values_of(target)), down)
    assert not found or target.panel == "Firing alerts"


def test_while_the_exporter_is_down_the_overview_says_so(history: History) -> None:
    (target,) = [each for each in TARGETS if (each.board, each.panel) == ("overview", "Exporter")]
    (now,) = history.query(filled(target.expr, values_of(target)), history.end)
    (then,) = history.query(filled(target.expr, values_of(target)), DOWN[0] + HOUR)
    assert (now["value"][1], then["value"][1]) == ("1", "0")


def test_failed_runs_are_marked_at_the_moment_they_started(history: History) -> None:
    """The value of the mark's series is its moment, in Grafana's milliseconds."""
    (job,) = [board for board in BOARDS if board.name == "job"]
    (marks,) = job.json["annotations"]["list"]
    assert marks["useValueForTime"]
    chosen = {**FILLED, "server": "web-2", "backup": "Uploads"}
    (failed,) = history.query_range(filled(marks["expr"], chosen))
    moments = {float(value) for value in _read(failed)}
    started = 'duplistatus_backup_last_start_timestamp_seconds{server="web-2", backup="Uploads"}'
    (starts,) = history.query_range(started)
    assert moments == {float(value) * 1000 for value in _read(starts)}


@pytest.fixture(scope="module")
def neighbours(
    history: FleetHistory, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[History]:
    with with_neighbours(history, tmp_path_factory.mktemp("neighbours")) as found:
        yield found


Answer = dict[frozenset[tuple[str, str]], list[tuple[float, float]]]


def _answer(found: list[dict[str, Any]]) -> Answer:
    return {
        frozenset(series["metric"].items()): [
            (at, float(value)) for at, value in series.get("values") or [series["value"]]
        ]
        for series in found
    }


def _same(found: Answer, expected: Answer) -> None:
    """Sums may differ in the last digit, by the order of what is added."""
    assert found.keys() == expected.keys()
    for series, samples in expected.items():
        assert [*chain(*found[series])] == pytest.approx([*chain(*samples)], rel=1e-9, nan_ok=True)


@each_target
def test_a_chosen_exporter_is_shown_as_if_there_were_no_other(
    target: Target, history: History, neighbours: History
) -> None:
    values = values_of(target)
    found = _answer(ask(neighbours, target, {**values, **TARGET}))
    _same(found, _answer(ask(history, target, values)))


@each_target
def test_of_several_exporters_each_has_its_own_rows(
    target: Target, history: History, neighbours: History
) -> None:
    values = values_of(target)
    found = _answer(ask(neighbours, target, values))
    expected = _answer(ask(history, target, values))
    if all("instance" in dict(series) for series in expected):
        rows = {series: row for series, row in found.items() if TARGET.items() <= series}
        _same(rows, expected)


def test_an_exporter_whose_name_is_no_regular_expression_can_be_chosen(
    neighbours: History,
) -> None:
    """Grafana's format `regex` puts a backslash before each character that means something."""
    (jobs,) = [each for each in TARGETS if (each.board, each.panel) == ("exporter", "Jobs")]
    chosen = {**ON_ANOTHER, "instance": r"\[::1\]:9666"}
    (found,) = neighbours.query(filled(jobs.expr, {**FILLED, **chosen}))
    assert ON_ANOTHER.items() <= found["metric"].items()
