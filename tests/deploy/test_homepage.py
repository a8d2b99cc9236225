"""Homepage's widgets ask for what is always there, as its widgets want it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from exporter.model import Status
from exporter.times import HOUR
from tests.deploy.homepage import METRICS, WIDGETS, Json
from tests.support.daemon import NOW, Daemon
from tests.support.process.reports import payloads
from tests.support.reports_builder import duplicati_report, exception_report

MAX_IN_A_BLOCK = 4
"""Homepage's customapi shows no more in its block display."""


OF_THE_API = [widget for widget in WIDGETS if widget["type"] == "customapi"]
NAMED_FIELDS = [widget for widget in OF_THE_API if isinstance(widget["mappings"], list)]
(LISTED,) = [widget for widget in OF_THE_API if isinstance(widget["mappings"], dict)]

FORMATS: dict[str, Callable[[Any], object]] = {
    "number": int,
    "relativeDate": datetime.fromisoformat,
}


def test_each_kind_of_widget_and_display_is_shown() -> None:
    assert [widget.get("display") for widget in OF_THE_API] == [None, "list", "dynamic-list"]
    assert len(WIDGETS) == len(OF_THE_API) + 1


@pytest.mark.parametrize("widget", NAMED_FIELDS, ids=lambda widget: widget["url"])
def test_no_more_fields_than_are_shown(widget: Json) -> None:
    assert len(widget["mappings"]) <= MAX_IN_A_BLOCK


@pytest.fixture(params=["a success", "a run that died", "every payload"])
def reported(request: pytest.FixtureRequest, daemon: Daemon) -> Daemon:
    """A daemon whose server 1 reported something."""
    bodies = {
        "a success": [duplicati_report(began=NOW - HOUR)],
        "a run that died": [exception_report()],
    }
    for body in bodies.get(request.param, payloads()):
        daemon.upload(body)
    return daemon


def _found(content: object, path: object) -> object:
    """Walk down a field as Homepage writes it: a name, or a name within a name."""
    assert isinstance(content, dict), path
    if isinstance(path, dict):
        ((name, rest),) = path.items()
        return _found(content[name], rest)
    return content[path]


@pytest.mark.parametrize("widget", NAMED_FIELDS, ids=lambda widget: widget["url"])
def test_every_field_is_there_and_of_its_format(widget: Json, reported: Daemon) -> None:
    answer = reported.client.simulate_get(urlsplit(widget["url"]).path).json
    for mapping in widget["mappings"]:
        value = _found(answer, mapping["field"])
        assert value is not None, mapping["label"]
        assert FORMATS.get(mapping.get("format", ""), str)(value) is not None


def test_the_summary_can_be_shown_before_the_first_report(daemon: Daemon) -> None:
    summary = NAMED_FIELDS[0]
    answer = daemon.client.simulate_get(urlsplit(summary["url"]).path).json
    assert all(_found(answer, mapping["field"]) is not None for mapping in summary["mappings"])


def test_every_status_has_its_words() -> None:
    (remapped,) = [
        mapping["remap"]
        for widget in NAMED_FIELDS
        for mapping in widget["mappings"]
        if "remap" in mapping
    ]
    assert [each["value"] for each in remapped] == [status.value for status in Status]


def test_the_list_has_every_job_of_a_server(reported: Daemon) -> None:
    answer = reported.client.simulate_get(urlsplit(LISTED["url"]).path).json
    mappings = LISTED["mappings"]
    outer, _, inner = mappings["items"].partition(".")
    assert answer[outer][inner]
    for item in answer[outer][inner]:
        assert item[mappings["name"]]
        assert item[mappings["label"]]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric["label"])
def test_nothing_turns_an_exporter_that_is_down_into_all_fine(metric: Json) -> None:
    assert "vector(" not in metric["query"]
