"""Rules for every expression, after those of Grafana's dashboard-linter."""

import re
from datetime import timedelta

import promql_parser as promql
import pytest

from tests.docs import pages
from tests.docs.metrics import PAGE, ROWS
from tests.grafana.boards import BOARDS, TARGETS, Board, Target
from tests.grafana.every import of_every
from tests.grafana.expressions import FILLED, filled, groupings, labels, nodes, selected, selectors
from tests.support import doc_hooks

_MARKS = [
    Target(board.name, marks["name"], {**marks, "refId": "Anno", "legendFormat": ""})
    for board in BOARDS
    for marks in board.json["annotations"]["list"]
]
each_target = of_every([*TARGETS, *_MARKS])

_COUNTED = ("_total", "_bucket", "_sum", "_count")
_SERIES_OF_A_TYPE = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}
_OF_COUNTERS = {"rate", "irate", "increase"}
_WINDOW = timedelta(hours=2)
"""What `$__rate_interval` is filled with; no expression says it outright."""


def _calls(target: Target) -> list[promql.Call]:
    return [node for node in nodes(target.expr) if isinstance(node, promql.Call)]


@each_target
def test_a_counter_is_read_by_its_growth(target: Target) -> None:
    counters = {
        str(each) for each in selectors(target.expr) if (each.name or "").endswith(_COUNTED)
    }
    grown = {
        str(selected(argument))
        for call in _calls(target)
        for argument in call.args
        if call.func.name in _OF_COUNTERS
    }
    assert counters == grown


@each_target
def test_days_of_jobs_are_not_read_sample_by_sample(target: Target) -> None:
    """A week of ten thousand jobs is a thousand million samples; a subquery looks at a few."""
    for node in nodes(target.expr):
        if isinstance(node, promql.MatrixSelector):
            of_jobs = "backup" in _labels_of(node.vector_selector.name or "")
            assert not of_jobs or node.range == _WINDOW


@each_target
def test_a_rate_is_taken_over_the_interval_that_grafana_chooses(target: Target) -> None:
    assert FILLED["__rate_interval"] == "2h"
    for call in _calls(target):
        if call.func.name in ("rate", "irate"):
            (window,) = call.args
            assert isinstance(window, promql.MatrixSelector)
            assert window.range == _WINDOW


@each_target
def test_a_bar_over_time_counts_every_run(target: Target) -> None:
    """An increase over less than the interval of the bars would lose what lies between two."""
    windows = re.findall(r"increase\([^\[]*\[([^\]:]+)[\]:]", target.expr)
    allowed = {"$__range"} if target.json.get("instant") else {"$__rate_interval", "1d"}
    assert set(windows) <= allowed
    assert "1d" not in windows or target.json["interval"] == "1d"


def _documented_labels() -> set[str]:
    cells = [row.labels for row in ROWS]
    cells += [cell for cell, _ in doc_hooks.rows(PAGE, "labels")]
    cells += [cell for cell, _ in doc_hooks.rows(PAGE, "labels-of-prometheus")]
    return {name for cell in cells for name in pages.code(cell)}


def _labels_of(name: str) -> set[str]:
    """Return what the page says of a family's labels; `job` stands for those of a job there."""
    cell = {row.name: row.labels for row in ROWS}.get(name, "")
    of_job = {"server_id", "server", "backup"} if cell.startswith("job") else set()
    return of_job | set(pages.code(cell))


def _documented_names() -> set[str]:
    names = {row.name for row in ROWS}
    of_prometheus = doc_hooks.rows(PAGE, "series-of-prometheus")
    names |= {name for cell, _ in of_prometheus for name in pages.code(cell)}
    made = {f"{row.name}{suffix}" for row in ROWS for suffix in _SERIES_OF_A_TYPE.get(row.type, ())}
    return names | made | {name for name in pages.code(PAGE) if name.startswith("process_")}


@each_target
def test_every_metric_is_documented(target: Target) -> None:
    assert {each.name for each in selectors(target.expr)} <= _documented_names()


@each_target
def test_every_label_is_documented(target: Target) -> None:
    assert labels(target.expr) <= _documented_labels()


@each_target
def test_every_label_of_a_legend_is_one_of_the_result(target: Target) -> None:
    made = {"a_name"}
    named = set(re.findall(r"\{\{(\w+)\}\}", target.json["legendFormat"]))
    assert named <= _documented_labels() | made


def _names_of(selector: promql.VectorSelector) -> list[str]:
    """Return the name of what is selected, or all of them."""
    matchers = [each for each in selector.matchers.matchers if each.name == "__name__"]
    return [selector.name] if selector.name else matchers[0].value.split("|")


@pytest.mark.parametrize("board", BOARDS, ids=str)
def test_every_value_of_a_variable_comes_from_a_documented_metric(board: Board) -> None:
    for variable in board.variables.values():
        if variable["type"] == "query":
            asked = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
            assert asked is not None
            assert asked[2] == variable["name"]
            names = {name for each in selectors(asked[1]) for name in _names_of(each)}
            assert names <= _documented_names()


@each_target
def test_an_expression_is_about_what_was_chosen(target: Target) -> None:
    """The figures of a whole fleet, which the exporter itself counts, are about the exporter."""
    for selector in selectors(target.expr):
        read = {matcher.name for matcher in selector.matchers.matchers}
        assert {"job", "instance"} <= read
        if "backup" in _labels_of(selector.name or ""):
            assert {"server", "backup"} <= read


@each_target
def test_what_was_chosen_is_a_regular_expression_that_promql_takes_as_it_is(
    target: Target,
) -> None:
    """Names have brackets, quotes and backslashes, as of Windows; `[::1]:9666` is an instance."""
    others = re.sub(r"(\w+)=~`\$\{\1:regex\}\|?`", "", target.expr)
    assert set(re.findall(r"\$(\w+|\{.*?\})", others)) <= {"__range", "__rate_interval"}


@each_target
def test_jobs_of_two_exporters_are_not_taken_for_one(target: Target) -> None:
    """Two exporters give the same ids to different servers, which may have the same names."""
    for group in groupings(target.expr):
        told_apart = {"server_id", "server", "backup", "job", "instance"} & {*group}
        assert not told_apart or {"job", "instance"} <= told_apart


@each_target
def test_series_are_matched_exporter_by_exporter(target: Target) -> None:
    for node in nodes(target.expr):
        if isinstance(node, promql.BinaryExpr) and node.modifier and node.modifier.matching:
            matching = node.modifier.matching
            matched = {"job", "instance"} & {*matching.labels}
            on = matching.type == promql.LabelModifierType.Include
            assert matched == ({"job", "instance"} if on else set())


def test_filling_in_forgets_no_variable() -> None:
    with pytest.raises(KeyError):
        filled("up{job=~'$unheard_of'}")
