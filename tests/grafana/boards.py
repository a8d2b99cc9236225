"""The committed dashboards as the tests read them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parents[2] / "grafana" / "dashboards"

Json = dict[str, Any]


class Target(NamedTuple):
    """One query of a panel."""

    board: str
    panel: str
    json: Json
    most_points: int | None = None

    @property
    def expr(self) -> str:
        return str(self.json["expr"])

    def __str__(self) -> str:
        return f"{self.board}-{self.panel}-{self.json['refId']}"


class Panel(NamedTuple):
    """One panel that shows data."""

    board: str
    json: Json

    @property
    def title(self) -> str:
        return str(self.json.get("title", ""))

    @property
    def defaults(self) -> Json:
        found: Json = self.json["fieldConfig"]["defaults"]
        return found

    @property
    def overrides(self) -> list[Json]:
        found: list[Json] = self.json["fieldConfig"].get("overrides", [])
        return found

    @property
    def targets(self) -> list[Target]:
        most_points = self.json.get("maxDataPoints")
        return [Target(self.board, self.title, each, most_points) for each in self.json["targets"]]

    def __str__(self) -> str:
        return f"{self.board}-{self.title}"


class Board(NamedTuple):
    """A dashboard."""

    name: str
    json: Json

    @property
    def variables(self) -> dict[str, Json]:
        return {each["name"]: each for each in self.json["templating"]["list"]}

    @property
    def panels(self) -> list[Panel]:
        return [Panel(self.name, each) for each in self.json["panels"] if each["type"] != "row"]

    @property
    def targets(self) -> list[Target]:
        return [target for panel in self.panels for target in panel.targets]

    def __str__(self) -> str:
        return self.name


def _load(path: Path) -> Board:
    return Board(path.stem, json.loads(path.read_text(encoding="utf-8")))


BOARDS = [_load(FOLDER / f"{name}.json") for name in ("overview", "job", "exporter")]
PANELS = [panel for board in BOARDS for panel in board.panels]
TARGETS = [target for board in BOARDS for target in board.targets]


def everything_in(found: object) -> Iterator[Json]:
    """Yield every object of a JSON value, at any depth."""
    if isinstance(found, dict):
        yield found
        for value in found.values():
            yield from everything_in(value)
    elif isinstance(found, list):
        for value in found:
            yield from everything_in(value)
