"""VictoriaMetrics answers what dashboards, rules and Homepage ask as Prometheus does."""

import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from exporter.times import MINUTE, SECOND
from tests.deploy.homepage import METRICS
from tests.grafana.boards import TARGETS, Target
from tests.grafana.every import of_every
from tests.grafana.test_history import ask, values_of
from tests.rules.rule_files import RULES, Rule
from tests.tools.newest import victoriametrics
from tests.tools.synthetic.history import History, thirty_days

Found = list[dict[str, Any]]
Series = dict[tuple[tuple[str, str], ...], dict[float, float]]

_LOOKBACK = f"-search.maxLookback={(History.step + MINUTE) // SECOND}s"
"""A scrape every half hour is rare: the default of five minutes would see nothing of most."""

_GROWTH = re.compile(r"\b(?:increase|rate)\(")
"""Prometheus guesses what a counter grew before the first sample and after the last of a range."""


class _Unaligned(History):
    """Answers for the moments that are asked for, not for those next to them in its cache."""

    def _ask(self, route: str, **parameters: str | float) -> Found:
        return super()._ask(route, nocache="1", **parameters)


class Both(NamedTuple):
    """The same history, held by both."""

    prometheus: History
    victoriametrics: History


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    flags = ("-retentionPeriod=100y", _LOOKBACK)
    with thirty_days(folder) as prometheus, victoriametrics.running(folder, *flags) as url:
        victoriametrics.copy_history(prometheus.url, url)
        yield Both(prometheus, _Unaligned(url))


def _series(found: Found) -> Series:
    """Return the samples by labels; whether a name is left after a function is nobody's concern."""
    return {
        tuple(sorted((k, v) for k, v in each["metric"].items() if k != "__name__")): {
            float(at): float(value) for at, value in each.get("values") or [each["value"]]
        }
        for each in found
    }


def _alike(expression: str, one: Found, other: Found) -> None:
    expected, answered = _series(one), _series(other)
    assert answered.keys() == expected.keys()
    if _GROWTH.search(expression):
        return
    for labels, samples in expected.items():
        assert answered[labels].keys() == samples.keys(), labels
        for at, value in samples.items():
            assert _close(answered[labels][at], value), (labels, at)


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))


@of_every(TARGETS)
def test_an_expression_of_a_dashboard_has_the_same_answer(target: Target, both: Both) -> None:
    one, other = (ask(history, target, values_of(target)) for history in both)
    _alike(target.expr, one, other)


@of_every(RULES)
def test_a_rule_finds_the_same_at_the_end_of_the_thirty_days(rule: Rule, both: Both) -> None:
    one, other = (history.query(rule.expression) for history in both)
    _alike(rule.expression, one, other)


@of_every(RULES)
def test_a_rule_found_the_same_in_the_thirty_days(rule: Rule, both: Both) -> None:
    one, other = (history.query_range(rule.expression) for history in both)
    _alike(rule.expression, one, other)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric["label"])
def test_what_homepage_asks_has_the_same_answer(metric: dict[str, Any], both: Both) -> None:
    one, other = (history.query(metric["query"]) for history in both)
    assert one
    _alike(metric["query"], one, other)
