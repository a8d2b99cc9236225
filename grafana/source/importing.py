"""The dashboards in the form that Grafana's import page and grafana.com want.

It names what a dashboard needs, `__requires`, and what is asked on import, `__inputs`: here the
Prometheus that is chosen at first. At the top of the dashboard one can still choose another.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grafana.source.variables import DATASOURCE_VARIABLE

FOLDER = Path(__file__).parents[1] / "import"

INPUT = "DS_PROMETHEUS"
"""The name of the input, as Grafana's own exports call it."""

OLDEST = "10.0.0"
"""The oldest Grafana that the dashboards are made for."""

_PANELS = {
    "bargauge": "Bar gauge",
    "barchart": "Bar chart",
    "gauge": "Gauge",
    "stat": "Stat",
    "state-timeline": "State timeline",
    "status-history": "Status history",
    "table": "Table",
    "text": "Text",
    "timeseries": "Time series",
}
"""The panels that come with Grafana, by id; a row is part of the dashboard and no panel."""

Json = dict[str, Any]


def texts(provisioned: Mapping[Path, str]) -> dict[Path, str]:
    """Return what each file is to hold, from those of the dashboards that are provisioned."""
    return {FOLDER / path.name: _text(text) for path, text in provisioned.items()}


def importable(board: Json) -> Json:
    """Return a dashboard in the form to import."""
    variables = [_with_input(each) for each in board["templating"]["list"]]
    return {
        "__inputs": [_INPUT],
        "__elements": {},
        "__requires": [_GRAFANA, _PROMETHEUS, *_panels(board)],
        **board,
        "templating": {**board["templating"], "list": variables},
    }


def _text(provisioned: str) -> str:
    return json.dumps(importable(json.loads(provisioned)), indent=2, ensure_ascii=False) + "\n"


def _with_input(variable: Json) -> Json:
    if variable["name"] != DATASOURCE_VARIABLE:
        return variable
    chosen = f"${{{INPUT}}}"
    return {**variable, "current": {"selected": True, "text": chosen, "value": chosen}}


def _panels(board: Json) -> list[Json]:
    used = {panel["type"] for panel in board["panels"]} - {"row"}
    return [
        {"type": "panel", "id": id_, "name": _PANELS[id_], "version": ""} for id_ in sorted(used)
    ]


_INPUT = {
    "name": INPUT,
    "label": "Prometheus",
    "description": "The Prometheus that scrapes duplistatus exporter",
    "type": "datasource",
    "pluginId": "prometheus",
    "pluginName": "Prometheus",
}
_GRAFANA = {"type": "grafana", "id": "grafana", "name": "Grafana", "version": OLDEST}
_PROMETHEUS = {"type": "datasource", "id": "prometheus", "name": "Prometheus", "version": "1.0.0"}
