"""The dashboards as the files that Grafana loads."""

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.source import exporter, importing, job, overview

FOLDER = Path(__file__).parents[1] / "dashboards"


def texts() -> dict[Path, str]:
    """Return what each file is to hold."""
    return {
        FOLDER / "overview.json": _text(overview.dashboard()),
        FOLDER / "job.json": _text(job.dashboard()),
        FOLDER / "exporter.json": _text(exporter.dashboard()),
    }


def write() -> None:
    """Write all files, and the same dashboards in the form to import."""
    provisioned = texts()
    for path, text in {**provisioned, **importing.texts(provisioned)}.items():
        path.write_text(text, encoding="utf-8")


def _text(dashboard: Dashboard) -> str:
    plain = json.loads(JSONEncoder().encode(dashboard), object_hook=_in_sight)
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"


def _in_sight(found: dict[str, object]) -> dict[str, object]:
    """Leave out where the SDK would put every link and annotation: into a menu, out of sight."""
    return {key: value for key, value in found.items() if (key, value) != _IN_A_MENU}


_IN_A_MENU = ("placement", "inControlsMenu")
