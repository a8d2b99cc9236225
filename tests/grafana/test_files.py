"""The committed files are what the script makes, and what Grafana can load."""

import json
from pathlib import Path

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.source.writing import FOLDER, texts
from tests.docs import pages
from tests.grafana.boards import BOARDS, Board, Json, everything_in

PROVISIONING = FOLDER.parent / "provisioning"


@pytest.mark.parametrize(
    ("path", "text"), texts().items(), ids=lambda each: getattr(each, "name", "")
)
def test_a_committed_dashboard_is_what_the_script_makes(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run: python -m grafana.source"


def test_no_other_file_lies_there() -> None:
    assert {*FOLDER.iterdir()} == {*texts()} == {FOLDER / f"{board}.json" for board in BOARDS}


def _in_sight(found: Json) -> Json:
    return {key: value for key, value in found.items() if value != "inControlsMenu"}


@pytest.mark.parametrize("board", BOARDS, ids=str)
def test_grafanas_own_model_knows_everything_in_a_dashboard(board: Board) -> None:
    """What the model does not know it drops when it reads and writes a dashboard."""
    register_default_plugins()
    again = JSONEncoder().encode(Dashboard.from_json(board.json))
    assert json.loads(again, object_hook=_in_sight) == board.json


@pytest.mark.parametrize("board", BOARDS, ids=str)
def test_nothing_is_hidden_in_a_menu(board: Board) -> None:
    assert all(each.get("placement") != "inControlsMenu" for each in everything_in(board.json))


def _provisioned(name: str) -> Json:
    found: Json = yaml.safe_load((PROVISIONING / name).read_text(encoding="utf-8"))
    assert found["apiVersion"] == 1
    return found


def test_the_data_source_is_the_prometheus_of_the_example() -> None:
    (source,) = _provisioned("datasources/prometheus.yaml")["datasources"]
    assert source["type"] == "prometheus"
    example = yaml.safe_load(
        (FOLDER.parents[1] / "deploy" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    )
    (scraped,) = example["scrape_configs"]
    assert source["jsonData"]["timeInterval"] == scraped["scrape_interval"]


def test_the_dashboards_come_from_files_that_nobody_edits_in_grafana() -> None:
    (provider,) = _provisioned("dashboards/duplistatus.yaml")["providers"]
    assert provider["type"] == "file"
    assert provider["allowUiUpdates"] is False
    assert provider["options"]["path"] in pages.read("docs/grafana.md")
