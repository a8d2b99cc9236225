"""The form to import: what Grafana asks and needs, around the dashboard that is provisioned."""

import json
from pathlib import Path

import pytest

from grafana.source import importing
from grafana.source.writing import texts
from tests.grafana.boards import BOARDS, Board, Json, everything_in

UID = "P1809F7CD0C75ACF3"
"""A uid of a data source, as Grafana makes them up."""

FORMS = importing.texts(texts())


def form_of(board: Board) -> Json:
    found: Json = json.loads((importing.FOLDER / f"{board}.json").read_text(encoding="utf-8"))
    return found


def imported(form: Json) -> Json:
    """Do what Grafana does: replace the inputs in every text, drop what only an import needs."""
    (asked,) = form["__inputs"]
    text = json.dumps(form).replace(f"${{{asked['name']}}}", UID)
    return {key: value for key, value in json.loads(text).items() if not key.startswith("__")}


def with_choice(board: Json, uid: str) -> Json:
    """Return a dashboard as it is once somebody has chosen a data source at its top."""
    datasource, *others = board["templating"]["list"]
    chosen = {**datasource, "current": {"selected": True, "text": uid, "value": uid}}
    return {**board, "templating": {"list": [chosen, *others]}}


@pytest.mark.parametrize(
    ("path", "text"), FORMS.items(), ids=lambda each: getattr(each, "name", "")
)
def test_a_committed_form_is_what_the_script_makes(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run: python -m grafana.source"


def test_there_is_one_for_each_dashboard_and_no_other() -> None:
    assert {*importing.FOLDER.iterdir()} == {importing.FOLDER / f"{board}.json" for board in BOARDS}


@pytest.mark.parametrize("board", BOARDS, ids=str)
def test_imported_it_is_the_provisioned_dashboard_with_the_chosen_prometheus(board: Board) -> None:
    assert imported(form_of(board)) == with_choice(board.json, UID)


@pytest.mark.parametrize("board", BOARDS, ids=str)
def test_it_knows_no_data_source_of_another_grafana(board: Board) -> None:
    form = form_of(board)
    uids = {each["datasource"]["uid"] for each in everything_in(form) if "datasource" in each}
    assert uids == {"${datasource}"}
    (choice,) = [each for each in form["templating"]["list"] if each["type"] == "datasource"]
    assert choice["current"]["value"] == "${DS_PROMETHEUS}"


@pytest.mark.parametrize("board", BOARDS, ids=str)
def test_it_asks_for_a_prometheus(board: Board) -> None:
    (asked,) = form_of(board)["__inputs"]
    assert (asked["type"], asked["pluginId"]) == ("datasource", "prometheus")


@pytest.mark.parametrize("board", BOARDS, ids=str)
def test_it_requires_the_panels_that_it_has(board: Board) -> None:
    required = form_of(board)["__requires"]
    panels = {each["id"] for each in required if each["type"] == "panel"}
    assert panels == {panel.json["type"] for panel in board.panels}
    others = {each["type"]: each["id"] for each in required if each["type"] != "panel"}
    assert others == {"grafana": "grafana", "datasource": "prometheus"}


@pytest.mark.parametrize("board", BOARDS, ids=str)
def test_it_has_no_id_so_that_grafana_gives_it_one(board: Board) -> None:
    assert "id" not in form_of(board)
