"""The example for Homepage, and what Homepage shows of it.

The rules are those of Homepage 1.12: its pages "Services" and "Custom API" for the keys, and
src/widgets/customapi/component.jsx for what becomes of a value. i18next formats dates, numbers and
the like; a value that its formatter does not take is shown as it is.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import yaml

from tests.deploy.files import read

Json = dict[str, Any]

SERVICE_KEYS = {"icon", "href", "siteMonitor", "description", "widget"}
WIDGET_KEYS = {
    "customapi": {
        *("type", "url", "refreshInterval", "headers", "username", "password"),
        *("display", "mappings", "highlight"),
    },
    "prometheusmetric": {"type", "url", "refreshInterval", "metrics"},
}
FIELD_KEYS = {"field", "label", "format", "remap"}
LIST_KEYS = {"items", "name", "label", "format", "remap", "target", "limit"}
REMAP_KEYS = {"value", "any", "to"}

NONSENSE = {"", "NaN", "in 1970"}
"""What is shown of null as a text, as a number and as a date."""


def services(text: str) -> dict[str, Json]:
    """Return the services of a file by their names."""
    (group,) = yaml.safe_load(text)
    (listed,) = group.values()
    return {name: service for each in listed for name, service in each.items()}


SERVICES = services(read("homepage/services.yaml"))
WIDGETS = [service["widget"] for service in SERVICES.values()]
METRICS = next(widget for widget in WIDGETS if widget["type"] == "prometheusmetric")["metrics"]


def found(content: object, path: str) -> object:
    """Walk down a path; None where there is nothing, as where there is null."""
    for name in path.split("."):
        content = content.get(name) if isinstance(content, dict) else None
    return content


def shown(mapping: Json, value: object) -> str:
    """Return what is shown of a value: one with other words by them, then by its format."""
    remaps = (each["to"] for each in mapping.get("remap", []) if each["value"] == value)
    return _FORMATS[mapping.get("format", "text")](next(remaps, value))


def fields(widget: Json, answer: object) -> dict[str, str]:
    """Return what a widget with fields shows, by label."""
    return {
        mapping["label"]: shown(mapping, found(answer, mapping["field"]))
        for mapping in widget["mappings"]
    }


def rows(widget: Json, answer: object) -> Iterator[tuple[str, str, str]]:
    """Yield what a widget with a list shows left and right, and where it leads."""
    listed = widget["mappings"]
    items = found(answer, listed["items"])
    assert isinstance(items, list), "Homepage: Unable to find items"
    for item in items:
        left, right = found(item, listed["name"]), found(item, listed["label"])
        yield str(left), shown(listed, right), listed["target"].format_map(item)


def remaps(widget: Json) -> list[Json]:
    """Return every replacement of a value by words."""
    return [each for mapping in mappings(widget) for each in mapping.get("remap", [])]


def mappings(widget: Json) -> list[Json]:
    """Return what is shown: fields, or one list."""
    said = widget.get("mappings", [])
    return said if isinstance(said, list) else [said]


def _as_text(value: object) -> str:
    return "" if value is None else str(value)


def _as_number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "NaN"


def _as_date(value: object) -> str:
    if value is None:
        return "in 1970"
    try:
        return f"since {datetime.fromisoformat(str(value)):%Y-%m-%d}"
    except ValueError:
        return str(value)


_FORMATS: dict[str, Callable[[object], str]] = {
    "text": _as_text,
    "number": _as_number,
    "relativeDate": _as_date,
}
