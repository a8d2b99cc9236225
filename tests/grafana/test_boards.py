"""Rules for a whole dashboard, after those of Grafana's dashboard-linter.

They stand in the index of its docs; the rules on job and instance hold for the dashboard of the
exporter alone, since the other two are about jobs of Duplicati.
"""

import re
from itertools import combinations, pairwise

import pytest

from grafana.source import links
from tests.grafana.boards import BOARDS, Board, Json, everything_in

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


def test_each_variable_takes_several_values_or_all(board: Board) -> None:
    others = [each for each in board.variables.values() if each["type"] != "datasource"]
    assert {"server", "backup"} <= {each["name"] for each in others}
    for variable in others:
        assert variable["multi"], variable["name"]
        assert variable["includeAll"], variable["name"]
        assert variable["refresh"] == 2, "it follows the time range"


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
    reached = {link["url"]: link for link in board.json["links"]}
    own = board.json["uid"]
    assert set(reached) == {
        f"/d/{uid}" for uid in (links.OVERVIEW, links.JOB, links.EXPORTER) if uid != own
    }
    for link in reached.values():
        assert link["type"] == "link"
        assert link["keepTime"]
        assert link["includeVars"]
