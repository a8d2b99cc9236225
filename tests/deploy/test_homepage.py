"""Homepage's widgets show what is, whatever the daemon knows, and lead to its pages."""

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import urlsplit

import pytest
from falcon.testing import Result, TestClient

from api.app import create_app
from exporter.auth import Authorizer, Scope
from exporter.conditions.overall import OverallState
from exporter.model import Status
from exporter.times import DAY, HOUR
from tests.deploy.homepage import (
    FIELD_KEYS,
    LIST_KEYS,
    METRICS,
    NONSENSE,
    REMAP_KEYS,
    SERVICE_KEYS,
    SERVICES,
    WIDGET_KEYS,
    Json,
    fields,
    mappings,
    remaps,
    rows,
    services,
)
from tests.docs import pages
from tests.support import doc_hooks
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.process.reports import payloads
from tests.support.reports_builder import duplicati_report, exception_report

MAX_IN_A_BLOCK = 4
"""Homepage's customapi shows no more in its block display."""

OURS = "localhost:9666"
SUMMARY, LAST, LISTED, PROMETHEUS = SERVICES.values()


def _of_page(name: str) -> Json:
    (service,) = services(doc_hooks.block(pages.read(name), "homepage")).values()
    return service


SUMMARIES = {
    "deploy/homepage/services.yaml": SUMMARY,
    "docs/homepage.md": _of_page("docs/homepage.md"),
    "docs/integrations.md": _of_page("docs/integrations.md"),
}
EVERY_SERVICE = [*SUMMARIES.values(), LAST, LISTED, PROMETHEUS]

HISTORIES: dict[str, Callable[[], list[bytes]]] = {
    "a success": lambda: [duplicati_report(began=NOW - HOUR)],
    "a failure": lambda: [duplicati_report(began=NOW - HOUR, status="Error")],
    "a run that died": lambda: [exception_report()],
    "an interrupted run": lambda: [duplicati_report(began=NOW - HOUR, data={"Interrupted": True})],
    "a restore and no backup": lambda: [duplicati_report(began=NOW - HOUR, operation="Restore")],
    "every payload": lambda: list(payloads()),
}


@pytest.fixture(params=HISTORIES)
def reported(request: pytest.FixtureRequest, daemon: Daemon) -> Daemon:
    """A daemon whose server 1 reported something."""
    for body in HISTORIES[request.param]():
        daemon.upload(body)
    return daemon


def _get(daemon: Daemon, url: str) -> Result:
    return daemon.client.simulate_get(urlsplit(url).path)


def _answer(daemon: Daemon, service: Json) -> Any:  # noqa: ANN401 - JSON may hold anything
    answer = _get(daemon, service["widget"]["url"])
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.mark.parametrize("service", EVERY_SERVICE, ids=lambda each: each["widget"]["url"])
def test_homepage_knows_every_key(service: Json) -> None:
    widget = service["widget"]
    of_list = widget.get("display") == "dynamic-list"
    assert set(service) <= SERVICE_KEYS
    assert set(widget) <= WIDGET_KEYS[widget["type"]]
    for mapping in mappings(widget):
        assert set(mapping) <= (LIST_KEYS if of_list else FIELD_KEYS)
    for remap in remaps(widget):
        assert set(remap) <= REMAP_KEYS


@pytest.mark.parametrize("service", EVERY_SERVICE, ids=lambda each: each["widget"]["url"])
def test_no_more_fields_than_are_shown(service: Json) -> None:
    widget = service["widget"]
    assert len(mappings(widget)) <= MAX_IN_A_BLOCK
    labels = {mapping.get("label") for mapping in mappings(widget)}
    assert set(widget.get("highlight", {})) <= labels


def test_each_kind_of_widget_and_display_is_shown() -> None:
    displays = [service["widget"].get("display") for service in SERVICES.values()]
    assert displays == [None, "list", "dynamic-list", None]
    assert PROMETHEUS["widget"]["type"] == "prometheusmetric"


@pytest.mark.parametrize("service", SUMMARIES.values(), ids=SUMMARIES)
def test_before_the_first_report_none_is_said_to_have_come(service: Json, daemon: Daemon) -> None:
    shows = fields(service["widget"], _answer(daemon, service))
    assert shows["Last report"] == "never"
    assert not NONSENSE & set(shows.values())


@pytest.mark.parametrize("service", SUMMARIES.values(), ids=SUMMARIES)
def test_failing_falls_when_the_backup_succeeds(service: Json, daemon: Daemon) -> None:
    seen = []
    for day, status in ((3, "Error"), (2, "Fatal"), (1, "Success")):
        daemon.clock.now = NOW - day * DAY + HOUR
        daemon.upload(duplicati_report(began=NOW - day * DAY, status=status))
        seen.append(fields(service["widget"], _answer(daemon, service))["Failing now"])
    assert seen == ["1", "1", "0"]


@pytest.mark.parametrize("service", [SUMMARY, LAST], ids=["summary", "last backup"])
def test_every_field_has_words_or_a_figure(service: Json, reported: Daemon) -> None:
    shows = fields(service["widget"], _answer(reported, service))
    assert not NONSENSE & set(shows.values()), shows


def test_the_last_backup_of_a_server_that_only_restored_is_none(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR, operation="Restore"))
    shows = fields(LAST["widget"], _answer(daemon, LAST))
    assert shows == {"Last backup": "none yet", "Status": "-", "Started": "never"}


def test_the_list_has_names_left_and_how_each_is_right(daemon: Daemon) -> None:
    for n, status in enumerate(("Success", "Warning", "Error", "Fatal")):
        daemon.upload(duplicati_report(began=NOW - n * HOUR, backup=f"Job {n}", status=status))
    shows = [row[:2] for row in rows(LISTED["widget"], _answer(daemon, LISTED))]
    words = ["✓ success", "⚠ warning", "✗ error", "✗ died"]
    assert shows == [(f"Job {n}", said) for n, said in enumerate(words)]


def test_each_row_leads_to_the_page_of_its_job(reported: Daemon) -> None:
    for name, status, target in rows(LISTED["widget"], _answer(reported, LISTED)):
        assert name
        assert not status[0].isalpha(), "a status without words of its own"
        assert urlsplit(target).netloc == OURS
        page = _get(reported, target)
        assert page.status_code == 200
        assert f"<bdi>{escape(name)}</bdi>" in page.text


@pytest.mark.parametrize("service", EVERY_SERVICE, ids=lambda each: each["widget"]["url"])
def test_every_address_of_a_service_is_answered(service: Json, daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    for key in {"href", "icon", "siteMonitor"} & set(service):
        url = service[key]
        if urlsplit(url).netloc == OURS:
            assert _get(daemon, url).status_code == 200, url
            assert daemon.client.simulate_head(urlsplit(url).path).status_code == 200, url


@pytest.mark.parametrize("service", SUMMARIES.values(), ids=SUMMARIES)
def test_a_summary_leads_to_the_status_page_and_is_watched(service: Json) -> None:
    assert service["href"] == f"http://{OURS}/"
    assert service["siteMonitor"] == f"http://{OURS}/-/ready"
    assert service["icon"] == f"http://{OURS}/icon.svg"


def test_only_the_widget_needs_a_token(daemon: Daemon) -> None:
    scopes = {Scope.MANAGE: [ADMIN_TOKEN], Scope.READ: ["the-token-of-readers"]}
    authorizer = Authorizer.from_entries(scopes)
    closed = TestClient(create_app(daemon.services._replace(authorizer=authorizer)))
    for key in ("icon", "siteMonitor"):
        assert closed.simulate_get(urlsplit(SUMMARY[key]).path).status_code == 200
    asked = urlsplit(SUMMARY["widget"]["url"]).path
    token = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    assert closed.simulate_get(asked).status_code == 401
    assert closed.simulate_get(asked, headers=token).status_code == 200


def test_every_status_and_state_has_its_words() -> None:
    values = [
        {each["value"] for each in mapping["remap"]} - {None}
        for service in (SUMMARY, LAST, LISTED)
        for mapping in mappings(service["widget"])
        if len(mapping.get("remap", [])) > 1
    ]
    statuses = {status.value for status in Status}
    assert values == [{state.value for state in OverallState}, statuses, statuses]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric["label"])
def test_nothing_turns_an_exporter_that_is_down_into_all_fine(metric: Json) -> None:
    assert "vector(" not in metric["query"]
