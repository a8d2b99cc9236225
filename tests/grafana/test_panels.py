"""Rules for every panel that shows data, after those of Grafana's dashboard-linter."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from grafana_foundation_sdk.models import units

from grafana.source.queries import of_exporters
from tests.grafana.boards import BOARDS, PANELS, Json, Panel
from tests.grafana.every import of_every
from tests.grafana.expressions import labels_of_result

each_panel = of_every(PANELS)

_TYPES = {"stat", "table", "timeseries", "state-timeline"}
_TRANSFORMATIONS = {"merge", "organize"}
"""Of those in DataTransformerID of @grafana/data, the ones that tables are joined by."""

_UNITS = {value for value in vars(units).values() if isinstance(value, str)}


@each_panel
def test_it_is_of_a_known_type(panel: Panel) -> None:
    assert panel.json["type"] in _TYPES


@each_panel
def test_its_transformations_are_known(panel: Panel) -> None:
    assert {each["id"] for each in panel.json.get("transformations", [])} <= _TRANSFORMATIONS


@each_panel
def test_it_has_a_title_and_a_description(panel: Panel) -> None:
    assert panel.title
    assert panel.json["description"].endswith(".")


def _properties(panel: Panel, name: str) -> Iterator[object]:
    if name in panel.defaults:
        yield panel.defaults[name]
    for override in panel.overrides:
        yield from (each["value"] for each in override["properties"] if each["id"] == name)


@each_panel
def test_its_units_are_known(panel: Panel) -> None:
    assert panel.defaults["unit"]
    assert set(_properties(panel, "unit")) <= _UNITS


@each_panel
def test_its_thresholds_tell_values_apart(panel: Panel) -> None:
    for thresholds in _properties(panel, "thresholds"):
        assert isinstance(thresholds, dict)
        base, *steps = thresholds["steps"]
        assert base["value"] is None
        assert steps
        assert all(lower["value"] < higher["value"] for lower, higher in pairwise(steps))
        assert all(one["color"] != next_["color"] for one, next_ in pairwise([base, *steps]))


@each_panel
def test_its_queries_have_names_of_their_own(panel: Panel) -> None:
    ids = [target.json["refId"] for target in panel.targets]
    assert ids
    assert len(set(ids)) == len(ids)


@each_panel
def test_a_table_and_a_figure_ask_for_one_moment(panel: Panel) -> None:
    """Over a range they would show the last value of an exporter that is gone."""
    of_one_moment = panel.json["type"] in ("table", "stat")
    assert all(target.json["instant"] is of_one_moment for target in panel.targets)


def _organised(panel: Panel) -> Json:
    (found,) = [
        each["options"] for each in panel.json["transformations"] if each["id"] == "organize"
    ]
    options: Json = found
    return options


each_table = of_every([panel for panel in PANELS if panel.json["type"] == "table"])


@each_table
def test_every_column_of_a_table_is_named_or_left_out(panel: Panel) -> None:
    options = _organised(panel)
    values = [f"Value #{target.json['refId']}" for target in panel.targets]
    columns = {"Time", *(values if len(values) > 1 else ["Value"])}
    for target in panel.targets:
        columns |= labels_of_result(target.expr)
    shown, left_out = set(options["renameByName"]), set(options["excludeByName"])
    assert shown.isdisjoint(left_out)
    assert columns <= shown | left_out
    assert shown <= columns


@each_table
def test_a_table_is_sorted_and_styled_by_columns_that_it_has(panel: Panel) -> None:
    titles = set(_organised(panel)["renameByName"].values())
    assert {each["displayName"] for each in panel.json["options"]["sortBy"]} <= titles
    styled = [each["matcher"] for each in panel.overrides if each["matcher"]["id"] == "byName"]
    assert {each["options"] for each in styled} <= titles


@each_table
def test_a_table_shows_the_worst_first(panel: Panel) -> None:
    first, *_ = [(each["displayName"], each["desc"]) for each in panel.json["options"]["sortBy"]]
    assert first in _WORST_FIRST


_WORST_FIRST = {
    ("Late by", True),
    ("In a row", True),
    ("Of the usual", False),
    ("Severity", False),
    ("Running for", True),
    ("Status", True),
    ("Growth in a week", True),
    ("Free", False),
    ("Age", True),
}


def test_statuses_and_severities_are_sorted_by_how_grave_they_are() -> None:
    tables = {panel.title: panel for panel in PANELS if panel.json["type"] == "table"}
    codes = {text: float(code) for code, text in _texts(tables["Last runs"], "Status")}
    assert sorted(codes, key=codes.__getitem__, reverse=True) == [
        "overdue",
        "unknown",
        "fatal",
        "error",
        "interrupted",
        "warning",
        "success",
    ]
    severities = _texts(tables["Firing alerts"], "Severity")
    assert [text for _, text in sorted(severities)] == ["critical", "warning", "info"]


def _texts(panel: Panel, column: str) -> list[tuple[str, str]]:
    """Return the values of a column that have a text, and the text; of several the last one."""
    (properties,) = [
        each["properties"] for each in panel.overrides if each["matcher"]["options"] == column
    ]
    (mappings,) = [each["value"] for each in properties if each["id"] == "mappings"]
    return [
        (value, shown["text"])
        for mapping in mappings
        for value, shown in mapping["options"].items()
    ]


@each_table
def test_an_empty_cell_does_not_say_what_an_empty_table_says(panel: Panel) -> None:
    first, *_ = panel.overrides
    assert first["matcher"] == {"id": "byRegexp", "options": "/.*/"}
    (mappings,) = [each["value"] for each in first["properties"]]
    assert [each["options"]["match"] for each in mappings] == ["null+nan", "empty"]
    assert panel.defaults["noValue"] not in {each["options"]["result"]["text"] for each in mappings}


_READ = re.compile(r"\$\{__(?:data\.fields|field\.labels)\.(\w+):percentencode\}")


def _is_left_out(label: str, panel: Panel) -> bool:
    return panel.json["type"] == "table" and label in _organised(panel)["excludeByName"]


def _links() -> list[tuple[Panel, str]]:
    return [(panel, link["url"]) for panel in PANELS for link in panel.defaults.get("links", [])]


@pytest.mark.parametrize(("panel", "url"), _links(), ids=lambda each: str(each)[:30])
def test_a_link_of_a_panel_leads_to_a_dashboard_and_keeps_what_was_chosen(
    panel: Panel, url: str
) -> None:
    path, _, query = url.partition("?")
    (target,) = [board for board in BOARDS if path == f"/d/{board.json['uid']}"]
    passed = dict(re.findall(r"var-(\w+)=([^&]+)", query))
    assert set(passed) == set(target.variables)
    assert "${__url_time_range}" in query
    assert passed["datasource"] == "${datasource}"
    for label in _READ.findall(query):
        assert all(label in labels_of_result(each.expr) for each in panel.targets)
        assert not _is_left_out(label, panel), "a link reads fields that are still there"


def test_the_two_documented_panels_are_there() -> None:
    documented = {
        "Backup Success Rate": "duplistatus_backup_success_rate",
        "Overdue Backups": "duplistatus_overdue_backups",
    }
    stats = {panel.title: panel for panel in PANELS if panel.json["type"] == "stat"}
    for title, name in documented.items():
        assert [target.expr for target in stats[title].targets] == [of_exporters(name)]


def test_the_answer_is_seen_without_scrolling() -> None:
    """A screen of 1080 lines shows some 23 rows of the grid below Grafana's own bars."""
    titles = ["Overdue Backups", "Overdue, worst first", "Unlike their habit", "Firing alerts"]
    places = {panel.title: panel.json["gridPos"] for panel in BOARDS[0].panels}
    for title in titles:
        assert places[title]["y"] + places[title]["h"] <= 23
