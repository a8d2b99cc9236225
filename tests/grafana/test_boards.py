"""Rules for a whole dashboard, after those of Grafana's dashboard-linter.

They stand in the index of its docs.
"""

import re
from itertools import combinations, pairwise

import pytest

from grafana.source import links
from tests.grafana.boards import BOARDS, Board, Json, everything_in
from tests.grafana.expressions import selectors

pytestmark = pytest.mark.parametrize("board", BOARDS, ids=str)

_COLUMNS = 24
_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


def test_it_can_be_provisioned_to_grafana_10_and_later(board: Board) -> None:
    assert board.json["schemaVersion"] == 39
    assert board.json["editable"] is False
    assert "id" not in board.json


def test_it_says_what_it_answers(board: Board) -> None:
    assert board.json["title"]
    assert board.json["description"].endswith("?") or board.json["description"].endswith(".")
    assert board.json["uid"] == f"duplistatus-{board}"
    assert board.json["tags"] == ["backup", "duplistatus"]


def test_one_chooses_the_data_source(board: Board) -> None:
    variable = next(iter(board.variables.values()))
    assert (variable["name"], variable["type"], variable["query"], variable["label"]) == (
        "datasource",
        "datasource",
        "prometheus",
        "Data source",
    )


def test_nothing_asks_another_data_source(board: Board) -> None:
    asked = [each["datasource"] for each in everything_in(board.json) if "datasource" in each]
    assert asked
    assert all(each == _DATASOURCE for each in asked)


def _chosen(board: Board) -> list[Json]:
    return [each for each in board.variables.values() if each["type"] != "datasource"]


def test_one_chooses_the_exporter_before_its_jobs(board: Board) -> None:
    """`job` is a label of Prometheus, and no job of Duplicati: its variable says so."""
    assert [(each["name"], each["label"]) for each in _chosen(board)] == [
        ("job", "Scrape job"),
        ("instance", "Exporter"),
        ("server", "Server"),
        ("backup", "Backup"),
    ]


def test_a_variable_offers_what_those_before_it_leave(board: Board) -> None:
    before: list[str] = []
    for variable in _chosen(board):
        (selector,) = selectors(variable["query"].removeprefix("label_values(").rpartition(",")[0])
        named = {each.name for each in selector.matchers.matchers} - {"__name__"}
        unseen = board.name == "exporter"
        assert named == set(before), variable["name"]
        assert unseen or variable.get("hide", 0) == 0
        assert variable["refresh"] == 2, "it follows the time range"
        assert variable["sort"] == 5, "the first in the alphabet is the first"
        before.append(variable["name"])


def test_one_looks_at_one_job_or_at_all_there_are(board: Board) -> None:
    for variable in _chosen(board):
        several = board.name != "job"
        assert variable["multi"] is several, variable["name"]
        assert variable["includeAll"] is several, variable["name"]
        assert variable.get("allValue") == (".+" if several else None)
        assert variable.get("current", {}).get("value") == (["$__all"] if several else None)


def test_every_variable_that_is_used_exists(board: Board) -> None:
    text = " ".join(target.expr for target in board.targets)
    used = set(re.findall(r"\$\{?(\w+)", text)) - {"__range", "__rate_interval"}
    assert used <= set(board.variables)
    unseen = {name for name, each in board.variables.items() if each.get("hide") == 2}
    assert used == set(board.variables) - unseen - {"datasource"}


def test_panel_ids_are_unique(board: Board) -> None:
    ids = [panel["id"] for panel in board.json["panels"]]
    assert ids == list(range(1, len(ids) + 1))


def test_titles_are_unique(board: Board) -> None:
    titles = [(panel.json["type"], panel.title) for panel in board.panels]
    assert len(set(titles)) == len(titles)


def test_panels_stand_in_rows(board: Board) -> None:
    types = [panel["type"] for panel in board.json["panels"]]
    assert types[0] == "row"
    assert ("row", "row") not in pairwise([*types, "row"]), "an empty row"


def _overlap(one: Json, other: Json) -> bool:
    apart = (
        one["x"] + one["w"] <= other["x"]
        or other["x"] + other["w"] <= one["x"]
        or one["y"] + one["h"] <= other["y"]
        or other["y"] + other["h"] <= one["y"]
    )
    return not apart


def test_no_panel_lies_on_another(board: Board) -> None:
    for one, other in combinations(board.json["panels"], 2):
        assert not _overlap(one["gridPos"], other["gridPos"]), (one["title"], other["title"])


def test_every_line_of_panels_fills_the_width(board: Board) -> None:
    widths: dict[int, int] = {}
    for panel in board.json["panels"]:
        place = panel["gridPos"]
        widths[place["y"]] = widths.get(place["y"], 0) + place["w"]
    assert set(widths.values()) == {_COLUMNS}


def test_it_leads_to_the_two_others(board: Board) -> None:
    reached = {link["url"].partition("?")[0] for link in board.json["links"]}
    own = board.json["uid"]
    assert reached == {
        f"/d/{uid}" for uid in (links.OVERVIEW, links.JOB, links.EXPORTER) if uid != own
    }
    for link in board.json["links"]:
        assert link["type"] == "link"
        assert link["keepTime"]


def test_a_link_passes_on_what_the_other_dashboard_can_take(board: Board) -> None:
    """Grafana leaves "All" and several values in a variable that knows one, if a link says so."""
    for link in board.json["links"]:
        path, _, query = link["url"].partition("?")
        passed = re.findall(r"\$\{(\w+):queryparam\}", query)
        if path == f"/d/{links.JOB}":
            assert (passed, link["includeVars"]) == (["datasource"], False)
        elif board.name == "job":
            assert (passed, link["includeVars"]) == (["datasource", "job", "instance"], False)
        else:
            assert (passed, link["includeVars"]) == ([], True)
