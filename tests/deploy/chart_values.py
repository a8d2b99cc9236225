"""The values of the chart, as its README shows them: what they may be says the schema."""

import json
from collections.abc import Iterator
from typing import Any

import yaml

from tests.deploy.chart import CHART
from tests.deploy.manifests import Json

SCHEMA: Json = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
VALUES: Json = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield of each value its name, its default and what it does."""
    yield from _rows("", VALUES, SCHEMA)


def table() -> str:
    """Return the table of the README."""
    head = "| value | default | what it does |\n| --- | --- | --- |\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows())


def _rows(prefix: str, values: Json, schema: Json) -> Iterator[tuple[str, str, str]]:
    for name, value in values.items():
        known = schema["properties"][name]
        if "properties" in known and isinstance(value, dict) and _is_whole(known):
            yield from _rows(f"{prefix}{name}.", value, known)
        else:
            yield f"`{prefix}{name}`", f"`{_shown(value)}`", known["description"]


def _is_whole(known: Json) -> bool:
    """Say whether each part has a description of its own, and the whole has none."""
    return "description" not in known


def _shown(value: Any) -> str:  # noqa: ANN401 - YAML
    return json.dumps(value)


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201 - to be put into the README
